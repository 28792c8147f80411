#include "ingest/poll/redfish_pushed.h"

#include <algorithm>

#include "base/json.h"

namespace alarum::ingest {
namespace {

namespace asio = http::asio;

// How often reading may begin again. A segment is sealed only once, and retention deletes one at a
// time.
constexpr int kTries = 5;
// A BMC that is not broken sends far fewer events between two rounds. Of a broken one only the
// latest are compared.
constexpr std::size_t kMostPushed = 200'000;

bool is_of(const model::Event& event, const std::string& address, const std::string& context) {
  if (event.format() != model::Format::redfish) return false;
  if (event.source() == address) return true;
  if (context.empty()) return false;
  const auto extensions = event.extensions();
  return std::ranges::any_of(
      extensions, [&](const auto& one) { return one.first == "context" && one.second == context; });
}

}  // namespace

asio::awaitable<Result<std::vector<Occurrence>>> pushed_since(journal::JournalView& journal,
                                                              model::Offset from,
                                                              std::string address,
                                                              std::string context) {
  std::vector<Occurrence> out;
  const auto quoted = context.empty() ? "" : json_quote(context);
  const auto executor = co_await asio::this_coro::executor;
  for (int tries = 0;; ++tries) {
    const auto first = journal.first_offset();
    if (!first) co_return std::unexpected(first.error());
    from = std::max(from, *first);
    const auto reader = journal.read(from);
    auto records = reader ? (*reader)->next()
                          : Result<std::vector<model::Record>>(std::unexpected(reader.error()));
    while (records && !records->empty()) {
      for (const auto& record : *records) {
        from = record.offset + 1;
        const auto* event = std::get_if<model::Event>(&record.payload);
        if (event && is_of(*event, address, quoted)) out.push_back(read_occurrence(event->data()));
      }
      if (out.size() > kMostPushed) out.erase(out.begin(), out.end() - kMostPushed / 2);
      co_await asio::post(executor, asio::use_awaitable);
      records = (*reader)->next();
    }
    if (records) co_return out;
    // The file that was being read is gone, because it was sealed or retention deleted it.
    if (records.error().reason != "not_found" || tries == kTries)
      co_return std::unexpected(records.error());
  }
}

}  // namespace alarum::ingest
