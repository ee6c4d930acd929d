/**
 * Loaded into a daemon before it (`--import`): it finds the files of its service account below BENCH_ROOT, as if it ran in
 * a pod. The daemon has no setting for that place, and the machine of a benchmark has no such directory.
 */

import type { Mode, PathLike } from 'node:fs';
import fs from 'node:fs';
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import process from 'node:process';

const MOUNT = '/var/run/secrets/kubernetes.io/';
const root = process.env['BENCH_ROOT'] ?? '';

const { existsSync } = fs;
const { open, readFile } = files;

function below(file: PathLike): PathLike {
  return typeof file === 'string' && file.startsWith(MOUNT) ? `${root}${file}` : file;
}

Object.assign(fs, { existsSync: (file: PathLike) => existsSync(below(file)) });
Object.assign(files, {
  open: (file: PathLike, flags?: string | number, mode?: Mode) => open(below(file), flags, mode),
  readFile: (file: PathLike, encoding: BufferEncoding | null = null) => readFile(below(file), encoding),
});
// What is imported by name from now on is what stands here.
syncBuiltinESMExports();
