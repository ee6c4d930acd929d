/** Reads kubeconfig files. To be imported where there are some, never statically: it loads the client library. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Cluster, User } from '@kubernetes/client-node';
import { KubeConfig, loadYaml } from '@kubernetes/client-node';
import type { Access, UserExtras } from './access.ts';
import { KubernetesConfigError, messageOf } from './connection-error.ts';
import type { JsonObject } from './json.ts';
import { field, isObject, list, text } from './json.ts';

type Loaded = {
  readonly clusters: Map<string, Cluster>;
  readonly users: Map<string, { readonly user: User; readonly extras: UserExtras }>;
  readonly contexts: Map<string, { readonly cluster: string; readonly user: string | undefined }>;
  current: string | undefined;
};

const NO_EXTRAS: UserExtras = { impersonate: {} };

/**
 * Files are read by the client library, but merged as kubectl does it (the first to name a thing wins), where the
 * library gives up on the first repeated name.
 */
export function readKubeconfigs(files: readonly string[]): Access {
  return chosen(merged(files), files);
}

function merged(files: readonly string[]): Loaded {
  const loaded: Loaded = {
    clusters: new Map(),
    users: new Map(),
    contexts: new Map(),
    current: undefined,
  };
  for (const file of files) {
    try {
      mergeFile(loaded, file);
    } catch (error) {
      throw new KubernetesConfigError(`${file} is no usable kubeconfig: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }
  return loaded;
}

function mergeFile(loaded: Loaded, file: string): void {
  const source = readFileSync(file, 'utf8');
  if (source.trim() === '') return;
  const document = loadYaml<unknown>(source);
  if (document === undefined || document === null) return;
  if (!isObject(document)) throw new Error('it holds no mapping');
  const config = new KubeConfig();
  config.loadFromString(source);
  config.makePathsAbsolute(path.dirname(file));
  loaded.current ??= text(config.currentContext);
  for (const cluster of config.clusters) keepFirst(loaded.clusters, cluster.name, cluster);
  for (const context of config.contexts) keepFirst(loaded.contexts, context.name, context);
  for (const user of config.users) {
    const extras = extrasOf(document, user.name, path.dirname(file));
    keepFirst(loaded.users, user.name, { user: withCommandPath(user, path.dirname(file)), extras });
  }
}

function keepFirst<T>(known: Map<string, T>, name: string, value: T): void {
  if (!known.has(name)) known.set(name, value);
}

function chosen(loaded: Loaded, files: readonly string[]): Access {
  const where = files.join(', ');
  if (loaded.current === undefined) {
    throw new KubernetesConfigError(`no current-context in ${where}: run "kubectl config use-context NAME"`);
  }
  const context = loaded.contexts.get(loaded.current);
  if (context === undefined) {
    throw new KubernetesConfigError(`the current-context "${loaded.current}" is not defined in ${where}`);
  }
  const cluster = loaded.clusters.get(context.cluster);
  if (cluster === undefined) {
    throw new KubernetesConfigError(
      `the cluster "${context.cluster}" of the current-context is not defined in ${where}`,
    );
  }
  if (context.user === undefined) return { cluster, user: undefined, extras: NO_EXTRAS };
  const found = loaded.users.get(context.user);
  if (found === undefined) {
    throw new KubernetesConfigError(
      `the user "${context.user}" of the current-context is not defined in ${where}`,
    );
  }
  return { cluster, ...found };
}

/** A command with a directory in it is meant from the file's own directory; a bare one is looked up in PATH. */
function withCommandPath(user: User, directory: string): User {
  const exec: unknown = user.exec;
  const command = text(field(exec, 'command'));
  if (!isObject(exec) || command === undefined) return user;
  const isRelative = command.includes('/') && !path.isAbsolute(command);
  return isRelative ? { ...user, exec: { ...exec, command: path.join(directory, command) } } : user;
}

function extrasOf(document: JsonObject, name: string, directory: string): UserExtras {
  const entry = list(document['users']).find((candidate) => field(candidate, 'name') === name);
  const raw = field(entry, 'user');
  const tokenFile = text(field(raw, 'tokenFile'));
  const impersonate = impersonation(raw);
  return tokenFile === undefined
    ? { impersonate }
    : { impersonate, tokenFile: path.resolve(directory, tokenFile) };
}

function impersonation(user: unknown): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  const name = text(field(user, 'as'));
  const uid = text(field(user, 'as-uid'));
  const groups = texts(field(user, 'as-groups'));
  if (name !== undefined) headers['Impersonate-User'] = name;
  if (uid !== undefined) headers['Impersonate-Uid'] = uid;
  if (groups.length > 0) headers['Impersonate-Group'] = groups;
  const extra = field(user, 'as-user-extra');
  for (const [key, values] of isObject(extra) ? Object.entries(extra) : []) {
    headers[`Impersonate-Extra-${encodeURIComponent(key)}`] = texts(values);
  }
  return headers;
}

function texts(value: unknown): string[] {
  return list(value).filter((entry) => typeof entry === 'string');
}
