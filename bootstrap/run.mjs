// The first file that a newcomer's machine runs: `node bootstrap/run.mjs <command> [arguments]`.
//
// It only looks at the version of Node, in words that even a very old one understands, and hands over to
// bootstrap.mjs, which may use what Node 20 brings.

const OLDEST_NODE = 20;

if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
  console.error(
    `Node ${process.versions.node} çok eski: nodejs.org adresinden Node ${OLDEST_NODE} ya da yenisini kurun. / ` +
      `Node ${process.versions.node} is too old: install Node ${OLDEST_NODE} or newer from nodejs.org.`,
  );
  process.exit(1);
} else {
  import('./bootstrap.mjs').then((bootstrap) => bootstrap.main(process.argv.slice(2)));
}
