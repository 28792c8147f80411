// node embed.mjs DIST OUT.cc: the files that Vite built as C++, plain and compressed.
import {createHash} from 'node:crypto';
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {extname, join} from 'node:path';
import {gzipSync} from 'node:zlib';

const MOST = 150_000; // bytes, compressed, of all files
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const [dist, out] = process.argv.slice(2);
const names = ['index.html', ...readdirSync(join(dist, 'assets')).sort()];

// A digit behind an octal escape of three digits is no part of it.
function literal(bytes) {
  let text = '';
  for (const byte of bytes) {
    if (byte === 0x22 || byte === 0x5c || byte === 0x3f || byte < 0x20 || byte > 0x7e) text += `\\${byte.toString(8).padStart(3, '0')}`;
    else text += String.fromCharCode(byte);
  }
  return (text.match(/(?:\\\d{3}|.){1,4000}/g) ?? ['']).map((piece) => `"${piece}"`).join('\n');
}

let sum = 0;
const files = names.map((name) => {
  const plain = readFileSync(name === 'index.html' ? join(dist, name) : join(dist, 'assets', name));
  const type = TYPES[extname(name)];
  if (!type) throw new Error(`${name}: what content type is that?`);
  const gzip = gzipSync(plain, {level: 9});
  sum += gzip.length;
  return {name, type, plain, gzip, tag: createHash('sha256').update(plain).digest('hex').slice(0, 32)};
});
if (sum > MOST) throw new Error(`the page has ${sum} bytes compressed, more than ${MOST}`);

const data = files.map(({plain, gzip}, at) => `constexpr char kPlain${at}[] =\n${literal(plain)};\nconstexpr char kGzip${at}[] =\n${literal(gzip)};`);
const rows = files.map(({name, type, tag, plain, gzip}, at) => `    {"${name}", "${type}", "\\"${tag}\\"", {kPlain${at}, ${plain.length}}, {kGzip${at}, ${gzip.length}}},`);
writeFileSync(out, `// Written by web/scripts/embed.mjs.
#include "api/page.h"

namespace {

${data.join('\n')}

constexpr alarum::api::PageFile kFiles[] = {
${rows.join('\n')}
};

}  // namespace

alarum::api::Page alarum::api::embedded_page() { return {kFiles, ""}; }
`);
