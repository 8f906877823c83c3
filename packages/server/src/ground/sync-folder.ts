// Makes a folder's entries lasting: a rename or a new file is on the disk only once its folder is.

import { open } from 'node:fs/promises';

export async function syncFolder(path: string): Promise<void> {
  // Windows does not open folders; its file system keeps renames in order by itself.
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
