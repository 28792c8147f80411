#pragma once
#include <cstddef>
#include <vector>

#include "base/bytes.h"
#include "correlate/key_table.h"

namespace alarum::correlate {

/// Writes the keys of several tables into a checkpoint, in parts, while the tables go on changing:
/// what is about to change is written as it was (KeyTable::modify). The tables outlive it. Once
/// begun it must come to its end, by write() or finish(): the next one takes the keys' marks for
/// the opposite.
class KeyWriter {
 public:
  explicit KeyWriter(std::vector<KeyTable*> tables);
  KeyWriter(const KeyWriter&) = delete;
  KeyWriter& operator=(const KeyWriter&) = delete;

  /// Writes some `bytes`, of kBucketsAtOnce buckets at most. True: all keys are written.
  bool write(std::size_t bytes, ByteWriter& out);
  /// The checkpoint is given up.
  void finish();

 private:
  // That are looked at in one part: most may be empty, or written before
  static constexpr std::size_t kBucketsAtOnce = 4'096;
  void write_bucket(ByteWriter& out);

  std::vector<KeyTable*> left_;  // the last of them is being walked over
  std::size_t bucket_ = 0;       // its next
  ByteWriter changing_;          // keys that were about to change
};

}  // namespace alarum::correlate
