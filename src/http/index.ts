export { createApp, listen } from './app.js';
export { openDoor, type Admitted } from './viewers.js';
