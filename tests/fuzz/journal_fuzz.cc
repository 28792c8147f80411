#include <cstdint>
#include <cstdlib>

#include "journal/checkpoints.h"
#include "journal/log.h"
#include "journal/reader.h"
#include "tests/fuzz/target.h"
#include "tests/support/memory_files.h"

// Bytes as they might stand on a damaged disk: a plain or a sealed segment, a checkpoint. What must
// hold: no crash, no hang, offsets that only rise, and after opening, a log that takes an event and
// has it.
namespace fuzz::journal_target {

using namespace alarum;

void put(testing::MemoryFiles& files, const std::string& path, std::string_view bytes) {
  must((*files.open(path, true))->write(0, bytes).has_value());
}

void as_segment(std::string_view bytes, bool sealed) {
  testing::MemoryFiles files;
  put(files, "data/segments/" + journal::SegmentName{1, 0, sealed}.text(), bytes);
  journal::Options options;
  options.folder = "data";
  options.segment_size = 4096;
  auto log = journal::Log::open(options, files);
  if (!log) return;
  std::vector<journal::Submission> group(1);
  model::EventFields fields;
  fields.id = "fuzz";
  fields.source = "fuzz";
  fields.type = "t";
  group[0].items.push_back({model::Event(fields), std::nullopt});
  const auto end = (*log)->end_offset();
  const auto done = (*log)->commit(group, Time(Duration(1)));
  must(done.has_value());
  if (done->records.empty()) return;  // the bytes held the same event
  auto reader = journal::Reader::open(files, "data", end);
  must(reader.has_value());
  const auto records = reader->next();
  must(records.has_value() && records->size() == 1 && records->at(0).offset == end);
}

}  // namespace fuzz::journal_target

ALARUM_FUZZ(journal) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  as_segment(text, false);
  as_segment(text, true);
  (void)model::Event::decode(text);
  testing::MemoryFiles files;
  put(files, "data/checkpoints/00000000000000000001.ckpt", text);
  std::vector<std::string> damaged;
  (void)journal::Checkpoints(files, "data").load(10, damaged);
  return 0;
}
