export { createApp, listen } from './app.js';
export { createStreams, type StreamLimits, type Streams } from './stream.js';
export { openDoor, type Admitted } from './viewers.js';
