// Rules of the house (docs/contributors.md): doors → rooms → ground, and law for everybody.

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'law-stands-alone',
      comment: 'packages/law is pure: no I/O, no other package of the house.',
      severity: 'error',
      from: { path: '^packages/law/src' },
      to: { path: ['^packages/(?!law/)', '^node:'], dependencyTypesNot: ['npm'] },
    },
    {
      name: 'law-has-no-runtime',
      comment: 'packages/law runs in a browser.',
      severity: 'error',
      from: { path: '^packages/law/src' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'ground-knows-no-room',
      severity: 'error',
      from: { path: '^packages/server/src/ground' },
      to: { path: '^packages/server/src/(rooms|doors|programs)' },
    },
    {
      name: 'rooms-know-no-door',
      severity: 'error',
      from: { path: '^packages/server/src/rooms' },
      to: { path: '^packages/server/src/(doors|programs)' },
    },
    {
      name: 'rooms-meet-at-their-index',
      comment: 'A room imports another room only through its index.ts.',
      severity: 'error',
      from: { path: '^packages/server/src/rooms/([^/]+)/' },
      to: { path: '^packages/server/src/rooms/(?!$1/)[^/]+/', pathNot: '/index\\.ts$' },
    },
    {
      name: 'doors-enter-rooms-at-their-index',
      severity: 'error',
      from: { path: '^packages/server/src/doors' },
      to: { path: '^packages/server/src/rooms/[^/]+/', pathNot: '/index\\.ts$' },
    },
    {
      name: 'doors-do-not-touch-the-database',
      severity: 'error',
      from: { path: '^packages/server/src/doors' },
      to: { path: '^packages/server/src/ground/(database|migrate|cluster[^/]*)\\.ts$' },
    },
    {
      name: 'doors-do-not-know-each-other',
      severity: 'error',
      from: { path: '^packages/server/src/doors/([^/]+)/' },
      to: { path: '^packages/server/src/doors/(?!$1/)[^/]+/' },
    },
    {
      name: 'scopes-are-made-by-access',
      comment: 'Only the room access makes a BrandScope.',
      severity: 'error',
      from: { path: '^packages/server/src', pathNot: '^packages/server/src/rooms/access' },
      to: { path: '^packages/server/src/rooms/access/scope\\.ts$' },
    },
    {
      name: 'simulators-stand-apart',
      severity: 'error',
      from: { path: '^packages/simulators' },
      to: { path: '^packages/server' },
    },
    {
      name: 'server-does-not-know-simulators',
      severity: 'error',
      from: { path: '^packages/server' },
      to: { path: '^packages/simulators' },
    },
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true, dependencyTypesNot: ['type-only'] } },
    { name: 'nothing-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Its parser reads no JSX: what the screens may import is checked by biome.json.
    exclude: { path: '^packages/web' },
    tsConfig: { fileName: 'tsconfig.json' },
    parser: 'swc',
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
