/** What is served to whom: written into the path before /api, so that every client can ask for it. */

export type Course = {
  readonly pods: number;
  /** Whether protobuf is spoken to those who accept it. */
  readonly protobuf: boolean;
  /** Whether a watch may begin with the state (WatchList). */
  readonly stream: boolean;
  /** How many changes a watch is told. */
  readonly changes: number;
  /**
   * The first watch of each process, known by this number of its own, is told a second after the state that its version is too
   * old; 0 for never.
   */
  readonly expiry: number;
};

export function courseUrl(port: number, course: Course): string {
  const { changes, expiry, pods, protobuf, stream } = course;
  const encoding = protobuf ? 'protobuf' : 'json';
  return `http://127.0.0.1:${port}/${encoding}-${stream ? 'stream' : 'pages'}-${pods}-${changes}-${expiry}`;
}

export function readCourse(path: string): Course {
  const [, encoding, way, pods, changes, expiry] =
    /^\/(json|protobuf)-(stream|pages)-(\d+)-(\d+)-(\d+)\//.exec(path) ?? [];
  if (encoding === undefined) throw new Error(`no course: ${path}`);
  return {
    protobuf: encoding === 'protobuf',
    stream: way === 'stream',
    pods: Number(pods),
    changes: Number(changes),
    expiry: Number(expiry),
  };
}
