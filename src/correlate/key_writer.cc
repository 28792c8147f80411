#include "correlate/key_writer.h"

#include <utility>

namespace alarum::correlate {

KeyWriter::KeyWriter(std::vector<KeyTable*> tables) : left_(std::move(tables)) {
  for (std::size_t i = 0; i < left_.size(); ++i) left_[i]->begin_save(i, changing_);
}

bool KeyWriter::write(std::size_t bytes, ByteWriter& out) {
  out.bytes(changing_.take());
  for (std::size_t seen = 0; seen < kBucketsAtOnce && out.size() < bytes && !left_.empty(); ++seen)
    write_bucket(out);
  return left_.empty();
}

void KeyWriter::write_bucket(ByteWriter& out) {
  const bool more = left_.back()->save_bucket(bucket_, out);
  bucket_ = more ? bucket_ + 1 : 0;
  if (!more) left_.pop_back();
}

void KeyWriter::finish() {
  while (!left_.empty()) write_bucket(changing_);
}

}  // namespace alarum::correlate
