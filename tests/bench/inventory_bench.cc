// What the inventory costs: CPU time of a match under the same rules with and without a pattern
// that reads a name of the inventory, of what derive() adds for an event that some rule wants, and
// bytes a row. `bench_inventory [ROWS] [EVENTS]`, 1,000,000 rows where nothing is said.
#include <fmt/format.h>

#include <cstdlib>

#include "base/cpu_time.h"
#include "match/generation.h"
#include "rules/inventory.h"
#include "tests/bench/fleet.h"

namespace alarum::bench {
namespace {

constexpr const char* kSection =
    "inventory: {file: fleet.csv, keys: {resource_id: subject, server: subject, bmc: source, "
    "context: context, host: subject}, shared: {pdu: context}, labels: [server, rack, owner], "
    "annotations: [job, switch, pdu]}\n";

std::string fleet_of(std::size_t rows) {
  std::string text = "resource_id,server,bmc,context,host,rack,pdu,switch,owner,job\n";
  for (std::size_t i = 0; i < rows; ++i) {
    text += fmt::format(
        "rid-{0:08},bms-npu-{0:08},10.{1}.{2}.{3},rack-{4:06}-u{5},node-{0},rack-{4:06},pdu-{4:06},"
        "tor-{4:06},team-{6},job-{7}\n",
        i, i >> 16 & 255, i >> 8 & 255, i & 255, i / 16, i % 16 * 2, i % 40, i / 64);
  }
  return text;
}

// 1,000 rules; `match`: what the first of them adds to its pattern.
std::string rules_of(const std::string& match) {
  std::string text = std::string(kSection) + "rules:\n- {alert: A0, match: {type: t0" + match +
                     "}, until: none, by: server, summary: '{{rack}} {{job}}'}\n";
  for (int i = 1; i < 1000; ++i)
    text +=
        fmt::format("- {{alert: A{0}, match: {{type: t{0}, source: SYS.BMS}}, until: none}}\n", i);
  return text;
}

std::vector<model::Event> events_of(std::size_t rows, std::size_t count) {
  std::vector<model::Event> events;
  for (std::size_t i = 0; i < count; ++i) {
    const auto subject = fmt::format("rid-{:08}", i * 7'368'787 % rows),
               type = fmt::format("t{}", i % 1000);
    model::EventFields fields;
    fields.id = "1", fields.source = "SYS.BMS", fields.type = type, fields.subject = subject,
    fields.data_kind = model::DataKind::json;
    const std::string data =
        R"({"content":{"npu":3,"code":"80E18402","text":"the card is lost"},"region":"cn-1","level":"major","host":{"name":"node","rack":7}})";
    fields.data = data;
    events.emplace_back(fields);
  }
  return events;
}

template <class Work>
double nanoseconds(const std::vector<model::Event>& events, const Work& work) {
  double best = 1e9;
  for (int round = 0; round < 5; ++round) {
    const auto begin = thread_seconds();
    for (const auto& event : events) work(event);
    best = std::min(best, (thread_seconds() - begin) * 1e9 / static_cast<double>(events.size()));
  }
  return best;
}

rules::RuleSet compiled(const std::string& rules,
                        const std::shared_ptr<const rules::InventoryText>& inventory) {
  Diagnostics out;
  auto set = rules::compile({{{"r.yaml", rules}}, {}, inventory}, out);
  if (!set) throw std::invalid_argument(out.text());
  return std::move(*set);
}

void run(std::size_t rows, std::size_t count) {
  const auto text = rules::inventory_text("fleet.csv", fleet_of(rows));
  const auto before = heap_bytes();
  const auto begin = thread_seconds();
  auto set = compiled(rules_of(""), text);
  const auto took = thread_seconds() - begin;
  fmt::print(
      "{} rows of {} bytes: {:.1f} bytes a row ({:.1f} by malloc, rules among them), read and "
      "indexed in {:.2f} s of CPU time\n",
      rows, text->text.size() / rows,
      static_cast<double>(set.inventory->rows().bytes()) / static_cast<double>(rows),
      (heap_bytes() - before) / static_cast<double>(rows), took);
  const match::Generation plain(std::move(set)),
      reads(compiled(rules_of(", rack: [{exists: true}]"), text));
  const auto events = events_of(rows, count);
  std::size_t hits = 0;
  const auto matched =
      nanoseconds(events, [&](const auto& event) { hits += plain.match(event).hits.size(); });
  const auto looked_up =
      nanoseconds(events, [&](const auto& event) { hits += reads.match(event).hits.size(); });
  fmt::print(
      "match {:.0f} ns an event; with a look-up of each {:.0f} ns: {:.0f} ns more, {:.2f} of the "
      "match\n",
      matched, looked_up, looked_up - matched, (looked_up - matched) / matched);
  const auto flat = nanoseconds(
      events, [&](const auto& event) { hits += model::FlatEvent::of(event).at("subject").size(); });
  const auto derived = nanoseconds(events, [&](const auto& event) {
    auto leaves = model::FlatEvent::of(event);
    rules::derive(plain.rules(), leaves);
    hits += leaves.at("#row").size();
  });
  fmt::print(
      "leaves of an event that a rule wants {:.0f} ns, with names, labels and annotations {:.0f} "
      "ns ({} hits)\n",
      flat, derived, hits);
}

}  // namespace
}  // namespace alarum::bench

int main(int argc, char** argv) {
  alarum::bench::run(argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000,
                     argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 200'000);
}
