// What rules with memory cost, at the engine (docs/benchmarks.md "Rules with memory"):
// bench_stateful events | bytes | neighbours [KEYS] | one_key [EVENTS] | stalls [KEYS] | storm
// [MEMBERS] | recovery [RECORDS] [FOLDER].
#include <fmt/format.h>

#include <cstring>
#include <filesystem>

#include "alert/book.h"
#include "app/recovery.h"
#include "config/routing.h"
#include "journal/embedded.h"
#include "journal/generations.h"
#include "journal/log.h"
#include "tests/bench/fleet.h"

namespace alarum::bench {
namespace {

constexpr std::size_t kPart = 8 << 10;  // as the daemon has it

template <class... A>
void say(fmt::format_string<A...> format, A&&... values) {
  fmt::print(format, std::forward<A>(values)...);
  fmt::print("\n");
  std::fflush(stdout);
}

// How long the engine stands still for the beginning and for each part of a checkpoint, and how
// long a restart takes to read it.
void checkpoint(Bench& bench) {
  while (bench.engine().saving()) (void)bench.engine().save_some(kPart);
  auto begin = std::chrono::steady_clock::now();
  auto state = bench.engine().begin_save();
  const auto first = seconds_since(begin);
  double longest = 0, busiest = 0, sum = first;
  std::size_t parts = 0;
  for (; bench.engine().saving(); ++parts) {
    begin = std::chrono::steady_clock::now();
    const auto cpu = thread_seconds();
    const auto part = bench.engine().save_some(kPart);
    const auto took = seconds_since(begin);
    busiest = std::max(busiest, thread_seconds() - cpu);
    longest = std::max(longest, took), sum += took;
    state += part;
  }
  say("checkpoint: {:.2f} s, {:.0f} MB; begun in {:.1f} ms, {} parts of {:.2f} ms, the longest "
      "{:.1f} ms ({:.1f} of CPU)",
      sum, state.size() / 1e6, first * 1e3, parts, (sum - first) / static_cast<double>(parts) * 1e3,
      longest * 1e3, busiest * 1e3);
  begin = std::chrono::steady_clock::now();
  const auto other = bench.fresh();
  if (!other->restore(state)) throw std::runtime_error("the checkpoint does not restore");
  say("restored: {:.2f} s, {} keys", seconds_since(begin), other->correlator().keys());
}

void events() {
  Bench bench(engine::generation_of(rule_texts(1'000)));
  Fleet fleet(1'000);
  const auto before = heap_bytes();
  for (int round = 0; round < 3; ++round) {
    bench.match_seconds = 0;
    const auto timed = bench.run(fleet.keys(), fleet);
    const auto keys = bench.engine().correlator().keys();
    const auto events = static_cast<double>(fleet.keys());
    say("round {}: {} keys, {:.0f} events/s ({:.0f} a CPU second), longest step {:.1f} ms, {:.0f} "
        "bytes a key; {} alerts fired; match alone {:.0f} events/s",
        round, keys, events / timed.seconds, events / timed.cpu, timed.longest * 1e3,
        (heap_bytes() - before) / static_cast<double>(keys), bench.fired(),
        events / bench.match_seconds);
  }
  checkpoint(bench);
}

// Alerts that fire and end together, alone and as members of one roll-up: a member more, and a
// member less.
void storm(std::size_t members) {
  const std::string member =
      "rules:\n- {alert: Down, match: down, until: up, by: subject, severity: major, summary: "
      "'{{subject}} is down'}\n";
  const std::string roll_up =
      "- {alert: AllDown, gather: [Down], distinct: {subject: 3}, severity: critical, stage: "
      "'{{members.recovery}}', summary: '{{members.distinct}} are down: {{members.names}}'}\n";
  for (const auto& [name, rules] :
       {std::pair("alone", member), std::pair("in a roll-up", member + roll_up)}) {
    Bench bench(engine::generation_of(rules));
    const auto run = [&](const std::string& type) {
      Bench::Timed timed;
      std::size_t n = 0;
      const auto next = [&](std::size_t id, Time at) {
        const auto number = std::to_string(id), subject = "bmc-" + std::to_string(n++);
        model::EventFields fields;
        fields.id = number, fields.source = "/fleet/bmc", fields.type = type,
        fields.subject = subject, fields.time = at;
        return model::Event(fields);
      };
      bench.run(
          members, next, [](std::size_t) { return false; }, timed);
      return timed;
    };
    const auto before = heap_bytes();
    const auto down = run("down");
    const auto bytes = (heap_bytes() - before) / static_cast<double>(members);
    const auto up = run("up");
    const auto each = [&](const Bench::Timed& timed) {
      return timed.cpu * 1e6 / static_cast<double>(members);
    };
    say("{} members {}: {:.1f} µs of CPU to fire (longest step {:.1f} ms of CPU), {:.1f} µs to end "
        "({:.1f} ms); {:.0f} bytes each",
        members, name, each(down), down.busiest * 1e3, each(up), up.busiest * 1e3, bytes);
  }
}

void bytes() {
  const char* names[] = {"count", "distinct", "absent", "sequence"};
  for (std::size_t kind = 0; kind < 4; ++kind) {
    Bench bench(engine::generation_of("rules:\n" + rule_text(kind)));
    std::size_t visits = 0;
    const auto next = [&](std::size_t id, Time at) {
      const auto n = visits++;
      return event_of({kind, n % 1'000'000, n / 1'000'000, false}, id, at);
    };
    const auto before = heap_bytes();
    double a_key[2];
    for (int i = 0; i < 2; ++i) {
      Bench::Timed timed;
      bench.run(
          i == 0 ? 1'000'000 : 4'000'000, next, [](std::size_t) { return false; }, timed);
      a_key[i] = (heap_bytes() - before) / static_cast<double>(bench.engine().correlator().keys());
    }
    say("{}: {} keys, bytes a key after 1 match {:.0f}, after 5 {:.0f}", names[kind],
        bench.engine().correlator().keys(), a_key[0], a_key[1]);
  }
}

double part(std::vector<double>& values, double share) {
  const auto at =
      values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at * 1e6;
}

// Two engines take the same events by turns, so that what else runs on the machine disturbs both:
// one has the big rule, one has not.
void neighbours(std::size_t big_keys) {
  const auto text = rule_texts(100);
  Bench with(
      engine::generation_of(text + "- {alert: Big, match: big0, count: 1000, within: 6h" + kBy)),
      without(engine::generation_of(text));
  Fleet fleets[] = {Fleet(100), Fleet(100)};
  with.run(fleets[0].keys(), fleets[0]);
  without.run(fleets[1].keys(), fleets[1]);
  std::size_t bigs[] = {0, 0};
  const auto big = [&](std::size_t which, std::size_t id, Time at) {
    return event_of({0, bigs[which]++ * 7'368'787 % big_keys, 0, false}, id, at, "big");
  };
  with.gap = without.gap = std::chrono::microseconds(10);
  Bench::Timed fill, timed[2];
  with.run(
      big_keys, [&](std::size_t id, Time at) { return big(0, id, at); },
      [](std::size_t) { return false; }, fill);
  say("{} keys in all; big rule filled at {:.0f} events a CPU second, longest step {:.1f} ms "
      "({:.1f} ms of CPU)",
      with.engine().correlator().keys(), static_cast<double>(big_keys) / fill.cpu,
      fill.longest * 1e3, fill.busiest * 1e3);
  const auto both = [&](Bench::Timed(&out)[2], std::size_t part_each) {
    for (int turn = 0; turn < 100; ++turn) {
      for (const std::size_t which : {turn % 2, 1 - turn % 2}) {
        auto& bench = which == 0 ? with : without;
        bool small = false;
        const auto next = [&](std::size_t id, Time at) {
          return (small = !small) ? event_of(fleets[which].next(), id, at) : big(which, id, at);
        };
        const auto between = [&](std::size_t i) {
          if (part_each == 0 || i % part_each != 0 || which != 0) return;
          if (!bench.engine().saving()) (void)bench.engine().begin_save();
          (void)bench.engine().save_some(kPart);
        };
        bench.run(
            10'000, next, [&](std::size_t i) { return between(i), i % 2 == 0; }, out[which]);
      }
    }
  };
  const auto compare = [](const std::string& what, Bench::Timed(&a)[2]) {
    for (const auto share : {0.5, 0.99, 0.999}) {
      const auto beside = part(a[0].each, share), alone = part(a[1].each, share);
      say("{}: p{}: step of the other rules {:.2f} us beside it, {:.2f} us without it: ratio "
          "{:.3f}",
          what, share * 100, beside, alone, beside / alone);
    }
    say("{}: longest step {:.1f} ms ({:.1f} of CPU) beside it, {:.1f} ms ({:.1f}) without it", what,
        a[0].longest * 1e3, a[0].busiest * 1e3, a[1].longest * 1e3, a[1].busiest * 1e3);
  };
  both(timed, 0);
  compare("no checkpoint", timed);
  for (const std::size_t part_each : {100, 10}) {
    Bench::Timed meanwhile[2];
    both(meanwhile, part_each);
    compare(fmt::format("a part of a checkpoint each {} steps", part_each), meanwhile);
  }
  checkpoint(with);
}

// Single steps that concern every key of a big rule.
void stalls(std::size_t keys) {
  const auto with = [](const std::string& big, const std::string& more = "") {
    return engine::generation_of(rule_texts(100) + big + more);
  };
  const auto count = [](const std::string& terms) {
    return "- {alert: Big, match: big0, " + terms + kBy;
  };
  const auto tell = [](const std::string& what, Bench::Step step) {
    say("{}: {:.1f} ms ({:.1f} of CPU)", what, step.seconds * 1e3, step.cpu * 1e3);
  };
  const auto fill = [&](Bench& bench, std::size_t from, std::size_t to) {
    Bench::Timed timed;
    bench.run(
        to - from,
        [&](std::size_t id, Time at) {
          return event_of({0, from++, 0, false}, id, at, "big");
        },
        [](std::size_t) { return false; }, timed);
    return Bench::Step{timed.longest, timed.busiest};
  };
  {
    Bench bench(with(count("count: 1000, within: 6h")));
    bench.gap = std::chrono::microseconds(10);
    fill(bench, 0, keys);
    say("{} keys of a count", bench.engine().correlator().keys());
    tell("reload, another rule is new",
         bench.reload(with(count("count: 1000, within: 6h"),
                           "- {alert: New, match: new, resolve_after: 1h}\n")));
    (void)bench.engine().begin_save();
    for (int i = 0; i < 10; ++i) (void)bench.engine().save_some(kPart);
    tell("reload beside a checkpoint", bench.reload(with(count("count: 1000, within: 6h"))));
    while (bench.engine().saving()) (void)bench.engine().save_some(kPart);
    tell("reload, another count", bench.reload(with(count("count: 900, within: 6h"))));
    tell("reload, a longer within", bench.reload(with(count("count: 900, within: 7h"))));
    tell("reload, a shorter within", bench.reload(with(count("count: 900, within: 5h"))));
    tell("reload, the rule is gone", bench.reload(with("")));
  }
  Bench bench(with(count("absent: 2h")));
  bench.gap = std::chrono::microseconds(10);
  fill(bench, 0, keys);
  say("{} keys of an absence", bench.engine().correlator().keys());
  tell("reload, another rule is new",
       bench.reload(with(count("absent: 2h"), "- {alert: New, match: new, resolve_after: 1h}\n")));
  tell("reload, absent for longer", bench.reload(with(count("absent: 3h"))));
  for (auto& now = bench.now(); bench.engine().active_alerts().all().empty();)
    now = *bench.engine().next_due(), bench.control(model::Tick{});
  say("silent: {} alert", bench.engine().active_alerts().all().size());
  tell("enough of them return, the longest step", fill(bench, 0, keys / 2 + 10));
  say("returned: {} alerts", bench.engine().active_alerts().all().size());
  tell("a start after a gap", bench.control(model::Start{std::chrono::minutes(10)}));
}

// Written as the daemon would: groups of events, their hits with them.
std::unique_ptr<journal::Log> write_log(std::size_t records, const std::string& folder,
                                        FileSystem& files, const match::Generation& generation) {
  journal::Options options;
  options.folder = folder;
  if (auto done =
          journal::save_generation(files, folder, generation.rules().hash, generation.rules().text);
      !done)
    throw std::runtime_error(done.error().message);
  auto log = std::move(journal::Log::open(options, files).value());
  auto now = support::kStart;
  log->commit_control(model::Reload{generation.rules().hash}, now).value();
  Fleet fleet(1'000);
  for (std::size_t id = 0; id < records;) {
    std::vector<journal::Submission> group(1);
    for (std::size_t i = 0; i < 2'000 && id < records; ++i) {
      auto event = event_of(fleet.next(), id++, now += std::chrono::microseconds(250));
      auto hits = generation.match(event);
      group[0].items.push_back({std::move(event), std::move(hits)});
    }
    log->commit(group, now).value();
  }
  return log;
}

void recover_once(const char* what, journal::Journal& journal,
                  const std::shared_ptr<const match::Generation>& generation, bool keep) {
  auto book = std::move(alert::Book::open(journal.view().place() + "/book.sqlite").value());
  engine::Engine engine(app::stored_generations(journal.view(), generation));
  engine::Processor processor(
      engine, *book,
      {std::make_shared<config::Routing>(config::routing_to("nobody")),
       {},
       [](const std::string&, const model::Message&) { return std::nullopt; },
       {}});
  SystemClock clock;
  const auto begin = std::chrono::steady_clock::now();
  const auto cpu = thread_seconds();
  const auto replayed =
      app::recover(processor, *book, journal, clock, {~model::Offset{0}, 0}).value();
  say("{}: {:.1f} s ({:.1f} of CPU), {} records replayed from {}, {} keys", what,
      seconds_since(begin), thread_seconds() - cpu, replayed.records, replayed.from,
      engine.correlator().keys());
  if (!keep) return;
  const auto draft = std::move(journal.begin_checkpoint(processor.next_offset()).value());
  draft->add(engine::saved(processor)).value();
  draft->finish().value();
}

void recovery(std::size_t records, const std::string& folder) {
  if (std::filesystem::exists(folder))
    throw std::runtime_error(folder + " is there already: name a folder that is not");
  PosixFileSystem files;
  const auto generation = engine::generation_of(rule_texts(1'000));
  auto begin = std::chrono::steady_clock::now();
  auto log = write_log(records, folder, files, *generation);
  say("journal of {} records written in {:.1f} s, {:.0f} MB", records, seconds_since(begin),
      static_cast<double>(log->bytes_on_disk()) / 1e6);
  log.reset();
  begin = std::chrono::steady_clock::now();
  journal::Options options;
  options.folder = folder;
  SystemClock clock;
  const auto journal = std::move(journal::open_embedded(options, files, clock).value());
  say("journal opened in {:.1f} s", seconds_since(begin));
  recover_once("without a checkpoint", *journal, generation, true);
  recover_once("with a checkpoint at the end", *journal, generation, false);
  std::filesystem::remove_all(folder);
}

// One key of a `distinct` rule whose values are all different, every third event up to a minute
// late: what one sender can do to the engine.
void one_key(std::size_t events) {
  for (const std::uint32_t threshold : {100, 1'000, 10'000, 100'000}) {
    Bench bench(engine::generation_of("rules:\n- {alert: Big, match: big0, distinct: {data.code: " +
                                      std::to_string(threshold) + "}, within: 1h, by: subject}\n"));
    bench.gap = std::chrono::milliseconds(1);
    const auto next = [](std::size_t id, Time at) {
      const auto number = std::to_string(id), data = R"({"code": "E)" + number + R"("})";
      model::EventFields fields;
      fields.id = number, fields.source = "/fleet/bmc", fields.type = "big0", fields.subject = "s1",
      fields.data_kind = model::DataKind::json, fields.data = data;
      fields.time = at - std::chrono::milliseconds(id % 3 == 0 ? id * 7 % 60'000 : 0);
      return model::Event(fields);
    };
    const auto before = heap_bytes();
    Bench::Timed timed;
    bench.run(
        events, next, [](std::size_t) { return false; }, timed);
    say("distinct: {:6}: {:.0f} events a CPU second, longest step {:.1f} ms of CPU, {:.1f} MB",
        threshold, static_cast<double>(events) / timed.cpu, timed.busiest * 1e3,
        (heap_bytes() - before) / 1e6);
  }
}

int run(const std::vector<std::string>& words) {
  const auto number = [&](std::size_t otherwise) {
    return words.size() > 1 ? std::stoul(words[1]) : otherwise;
  };
  const auto what = words.empty() ? "" : words[0];
  if (what == "events") return events(), 0;
  if (what == "bytes") return bytes(), 0;
  if (what == "neighbours") return neighbours(number(10'000'000)), 0;
  if (what == "one_key") return one_key(number(500'000)), 0;
  if (what == "stalls") return stalls(number(10'000'000)), 0;
  if (what == "storm") return storm(number(50'000)), 0;
  if (what == "recovery")
    return recovery(number(10'000'000), words.size() > 2 ? words[2] : "/tmp/alarum-recovery"), 0;
  say("bench_stateful events | bytes | neighbours [KEYS] | one_key [EVENTS] | stalls [KEYS] | "
      "storm [MEMBERS] | recovery [RECORDS] [FOLDER]");
  return 2;
}

}  // namespace
}  // namespace alarum::bench

int main(int count, char** words) {
  return alarum::bench::run({words + 1, words + count});
}
