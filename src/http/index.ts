export { createApp, listen } from './app.js';
export { keepLimits, type Limits } from './limited.js';
export { openRateLimit, type Rate } from './rate-limit.js';
export { createStreams, type StreamLimits, type Streams } from './stream.js';
export { openDoor, rememberedForMs, type Admitted, type Door } from './viewers.js';
