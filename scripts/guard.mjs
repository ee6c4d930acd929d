/** Fails with a clear message where the Node that runs is too old for this project. */

const NEEDED = 24;
const major = Number(process.versions.node.split('.')[0]);

if (major < NEEDED) {
  process.stderr.write(
    `pod-identity-revoker needs Node ${NEEDED} or newer; this is Node ${process.versions.node}.\n` +
      'On Linux x86-64 the npm scripts bring it along (npm ci installs it for this project alone);\n' +
      'on other machines install it from nodejs.org or with a version manager.\n',
  );
  process.exit(1);
}
