export { createApp, listen } from './app.js';
export { openDoor, type Admitted, type DirectoryRows } from './viewers.js';
