/** What the parts of one pod of the benchmark have in common, and the texts that all of them are made of. */

export type Random = () => number;

export type Traits = {
  readonly index: number;
  readonly random: Random;
  readonly holds: boolean;
  readonly app: string;
  readonly namespace: string;
  readonly containers: readonly string[];
};

export const APPS = [
  'etl',
  'web',
  'api',
  'batch',
  'notebook',
  'scheduler',
  'gateway',
  'ingest',
  'model',
  'report',
];
/** Four digits: in the service account's name. */
export const TENANT = '#TN#';
const SINCE = '2026-11-20T0';

export function timeOf(random: Random): string {
  const digits = (most: number): string => String(Math.floor(random() * most)).padStart(2, '0');
  return `${SINCE}${Math.floor(random() * 10)}:${digits(60)}:${digits(60)}Z`;
}

export function hex(random: Random, length: number): string {
  let text = '';
  while (text.length < length)
    text += Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return text.slice(0, length);
}
