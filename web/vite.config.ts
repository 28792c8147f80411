import {defineConfig} from 'vite';

// Relative addresses: the page works behind a proxy that puts a path before ours. Every route of
// the page is one segment deep, so `./assets/` is right from each of them.
export default defineConfig({
  base: './',
  esbuild: {jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none'},
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: false,
    cssCodeSplit: false,
    reportCompressedSize: false,
    rollupOptions: {
      output: {
        entryFileNames: 'assets/[name]-[hash].js',
        chunkFileNames: 'assets/[name]-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
      },
    },
  },
  server: {proxy: {'/api': 'http://127.0.0.1:9797', '/-': 'http://127.0.0.1:9797'}},
});
