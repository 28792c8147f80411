// alarum-sim: lives of the bridge, each from its seed (docs/testing.md).
#include <malloc.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <vector>

#include "base/log_output.h"
#include "tests/simulation/life.h"
#include "tests/simulation/memory.h"
#include "tests/simulation/shrink.h"

namespace {

using namespace alarum::simulation;
using namespace std::chrono_literals;
using Real = std::chrono::steady_clock;

constexpr time_t kHang = 20;  // seconds of CPU that a life may take: others may have the machine

struct Options {
  std::uint64_t seed = 1, lives = 1;
  double minutes = 0;
  unsigned jobs = 1;
  bool trace = false, shrink = false, go_on = false, hash = false;
  std::set<std::size_t> out;
  std::string seeds;  // a file
};

[[noreturn]] void usage(const std::string& wrong) {
  std::cerr
      << wrong
      << "\nalarum-sim --seed N [--lives M] [--minutes T] [--jobs J] [--trace] [--hash] [--go-on]\n"
      << "alarum-sim --seed N [--without ACTS] [--trace | --shrink]\nalarum-sim --seeds FILE\n";
  std::exit(2);
}

Options parse(int count, char** texts) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string name = texts[i];
    const auto value = [&]() -> std::string {
      if (++i == count) usage(name + " wants a value");
      return texts[i];
    };
    if (name == "--seed")
      options.seed = std::stoull(value());
    else if (name == "--lives")
      options.lives = std::stoull(value());
    else if (name == "--minutes")
      options.minutes = std::stod(value());
    else if (name == "--jobs")
      options.jobs = static_cast<unsigned>(std::stoul(value()));
    else if (name == "--without")
      options.out = parse_numbers(value());
    else if (name == "--seeds")
      options.seeds = value();
    else if (name == "--trace")
      options.trace = true;
    else if (name == "--shrink")
      options.shrink = true;
    else if (name == "--go-on")
      options.go_on = true;
    else if (name == "--hash")
      options.hash = true;
    else
      usage("unknown: " + name);
  }
  return options;
}

// What a signal handler can say of the life in which a signal came.
char g_life[64];

void on_signal(int number) {
  const char* what = number == SIGPROF ? "V a life hangs: " : "V a life ended the process: ";
  (void)!::write(1, "\n", 1);
  (void)!::write(1, what, std::strlen(what));
  (void)!::write(1, g_life, std::strlen(g_life));
  (void)!::write(1, "\n", 1);
  ::_exit(1);
}

void limit(time_t seconds) {
  const itimerval once{{0, 0}, {seconds, 0}};
  ::setitimer(ITIMER_PROF, &once, nullptr);
}

void watch(std::uint64_t seed) {
  const auto end = fmt::format_to_n(g_life, sizeof g_life - 1, "seed {}", seed);
  *end.out = '\0';
  limit(kHang);
}

LifeEnd one_life(const Choices& choices, Texts& texts, Trace& trace, Coverage& coverage) {
  watch(choices.seed);
  auto end = live(choices, texts, trace, coverage);
  limit(0);
  return end;
}

// Of this process's CPU: others may have the machine.
double cpu_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

// What the sums need of a life.
struct Counted {
  std::uint64_t seed = 0;
  std::size_t events = 0, crashes = 0, reloads = 0, faults = 0;
  double cost = 0;  // CPU seconds
};

struct Sums {
  std::uint64_t lives = 0, violations = 0;
  std::vector<std::size_t> events, crashes, reloads, faults;
  std::vector<std::pair<double, std::uint64_t>> costs;  // CPU seconds, the seed
  Coverage coverage;

  void add(const Counted& life) {
    ++lives;
    events.push_back(life.events), crashes.push_back(life.crashes);
    reloads.push_back(life.reloads), faults.push_back(life.faults);
    costs.emplace_back(life.cost, life.seed);
  }
  static std::size_t median(std::vector<std::size_t>& all) {
    if (all.empty()) return 0;
    const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
    std::ranges::nth_element(all, middle);
    return *middle;
  }
  // What lives cost, and which cost most: there is waste.
  std::string cost() {
    std::ranges::sort(costs, std::greater());
    double all = 0, dear = 0;
    for (const auto& [each, seed] : costs) all += each;
    for (std::size_t i = 0; i < costs.size() / 10; ++i) dear += costs[i].first;
    auto text = fmt::format("{:.1f} CPU seconds, {:.1f} lives a second of one core", all,
                            static_cast<double>(lives) / std::max(all, 0.001));
    if (costs.size() < 10) return text;
    text += fmt::format("; median {:.1f} ms, the dearest tenth {:.0f} % of all: seeds",
                        1000 * costs[costs.size() / 2].first, 100 * dear / std::max(all, 0.001));
    for (std::size_t i = 0; i < 3; ++i)
      text += fmt::format(" {} ({:.0f} ms)", costs[i].second, 1000 * costs[i].first);
    return text;
  }
  int end(Real::time_point began) {
    const auto seconds = std::chrono::duration<double>(Real::now() - began).count();
    fmt::print("{}", coverage.text());
    fmt::print("{:.1f} s, {:.1f} lives a second\n", seconds,
               static_cast<double>(lives) / std::max(seconds, 0.001));
    fmt::print("{}\n", cost());
    fmt::print(
        "lives {}, violations {}, events {}, crashes {}, reloads {}, fault kinds {} (medians of a "
        "life)\n",
        lives, violations, median(events), median(crashes), median(reloads), median(faults));
    return violations == 0 ? 0 : 1;
  }
};

// Plays it once more, to show how it came to that.
void explain(const Choices& choices, const std::string& violation) {
  Texts texts;
  Trace trace(Trace::Kind::last);
  Coverage unused;
  const auto again = one_life(choices, texts, trace, unused);
  for (const auto& line : trace.last()) std::cout << line << '\n';
  std::cout << "seed " << choices.seed << ": " << violation << '\n';
  if (again.violation != violation)
    std::cout << "played again it was: "
              << (again.violation.empty() ? "no violation" : again.violation) << '\n';
}

// One process's share of the lives: a line each. The parent adds them up.
void work(const Options& options, std::uint64_t first, Real::time_point began) {
  Texts texts;
  Coverage coverage;
  const auto until = began + std::chrono::duration_cast<Real::duration>(
                                 std::chrono::duration<double>(options.minutes * 60));
  for (std::uint64_t i = first; options.minutes > 0 ? Real::now() < until : i < options.lives;
       i += options.jobs) {
    const Choices choices(options.seed + i);
    fmt::print("B {}\n", i);
    std::fflush(stdout);  // whatever this life does to the process
    Trace trace(options.hash ? Trace::Kind::last : Trace::Kind::off);
    const auto before = cpu_seconds();
    const auto end = one_life(choices, texts, trace, coverage);
    fmt::print("L {} {} {} {} {} {}\n", choices.seed, end.events, end.crashes, end.reloads,
               end.faults.size(), cpu_seconds() - before);
    if (options.hash) fmt::print("H {} {:016x}\n", choices.seed, trace.hash());
    if (!end.violation.empty()) {
      auto text = end.violation;
      std::ranges::replace(text, '\n', '\x01');
      fmt::print("V seed {} {}\n", choices.seed, text);
      if (!options.go_on) break;
    }
  }
  auto lines = coverage.lines();
  for (std::size_t at = 0; at < lines.size();) {
    const auto end = lines.find('\n', at);
    fmt::print("C {}\n", lines.substr(at, end - at));
    at = end + 1;
  }
  fmt::print("E\n");
  std::fflush(stdout);
}

struct Child {
  pid_t pid;
  std::FILE* out;
};

Child fork_one(const Options& options, std::uint64_t first, Real::time_point began) {
  int ends[2];
  if (::pipe(ends) != 0) std::abort();
  std::fflush(stdout);
  const auto pid = ::fork();
  if (pid == 0) {
    ::dup2(ends[1], 1);
    ::close(ends[0]), ::close(ends[1]);
    work(options, first, began);
    ::_exit(0);
  }
  ::close(ends[1]);
  return {pid, ::fdopen(ends[0], "r")};
}

// One line of a child's. True: it was its last.
bool take(const std::string& line, Sums& sums, std::map<std::uint64_t, std::string>& violations,
          std::uint64_t& begun) {
  if (line.starts_with("B ")) {
    begun = std::stoull(line.substr(2));
  } else if (line.starts_with("L ")) {
    Counted life;
    std::istringstream in(line.substr(2));
    in >> life.seed >> life.events >> life.crashes >> life.reloads >> life.faults >> life.cost;
    if (in) sums.add(life);
  } else if (line.starts_with("V ")) {
    ++sums.violations;
    auto text = line.substr(2);
    std::ranges::replace(text, '\x01', '\n');
    const auto at = text.find("seed ");
    violations.emplace(at == text.npos ? 0 : std::stoull(text.substr(at + 5)), text);
    std::cout << text.substr(0, 600) << std::endl;
  } else if (line.starts_with("C ")) {
    sums.coverage.add_line(line.substr(2));
  } else if (line.starts_with("H ")) {
    std::cout << line.substr(2) << '\n';
  }
  return line == "E";
}

int many(const Options& options) {
  const auto began = Real::now();
  Sums sums;
  std::map<std::uint64_t, std::string> violations;
  std::vector<Child> children;
  for (unsigned job = 0; job < options.jobs; ++job)
    children.push_back(fork_one(options, job, began));
  bool whole = true;
  // One that a life has ended is followed by another.
  for (std::size_t i = 0; i < children.size(); ++i) {
    const auto child = children[i];
    bool last = false;
    std::uint64_t begun = 0;
    char* line = nullptr;
    std::size_t room = 0;
    for (ssize_t size = 0; (size = ::getline(&line, &room, child.out)) > 0;)
      last |= take(std::string(line, static_cast<std::size_t>(size) - 1), sums, violations, begun);
    std::free(line);
    std::fclose(child.out);
    int status = 0;
    ::waitpid(child.pid, &status, 0);
    whole &= last;
    if (!last && options.go_on) children.push_back(fork_one(options, begun + options.jobs, began));
  }
  if (!whole && sums.violations == 0) {
    std::cout << "a process ended before its lives\n";
    ++sums.violations;
  }
  if (!violations.empty()) {
    const auto& [seed, text] = *violations.begin();
    if (!text.starts_with("a life")) explain(without(Choices(seed), options.out), text);
    std::cout << "to see it: alarum-sim --seed " << seed << " --trace; shorter: alarum-sim --seed "
              << seed << " --shrink\n";
  }
  return sums.end(began);
}

int shorter(const Options& options) {
  Texts texts;
  std::size_t tries = 0;
  const auto fails = [&](const Choices& choices) {
    Trace trace(Trace::Kind::off);
    Coverage unused;
    ++tries;
    return one_life(choices, texts, trace, unused).violation;
  };
  const Choices choices(options.seed);
  const auto first = fails(without(choices, options.out));
  if (first.empty()) {
    std::cout << "this life has no violation\n";
    return 0;
  }
  const auto out = shrink(choices, options.out, fails);
  const auto left = without(choices, out);
  std::cout << "after " << tries << " lives, " << left.acts.size() << " of " << choices.acts.size()
            << " acts are left:\n";
  for (const auto& act : left.acts)
    std::cout << fmt::format("  act {} at {:.3f} s: {}\n", act.number,
                             std::chrono::duration<double>(act.at).count(), to_text(act.kind));
  std::cout << "it still fails: " << fails(left) << "\nalarum-sim --seed " << options.seed
            << " --without " << to_text(out) << " --trace\n";
  return 1;
}

int traced(const Options& options) {
  Texts texts;
  Trace trace(Trace::Kind::print);
  Coverage coverage;
  const auto end = one_life(without(Choices(options.seed), options.out), texts, trace, coverage);
  fmt::print("seed {}: {}\ntrace {:016x}, {} turns\n", options.seed,
             end.violation.empty() ? "no violation" : end.violation, trace.hash(), end.turns);
  return end.violation.empty() ? 0 : 1;
}

// Each line a seed, and perhaps what is left out; `#` begins a comment.
int all_of(const Options& options) {
  std::ifstream in(options.seeds);
  if (!in) usage("cannot be read: " + options.seeds);
  const auto began = Real::now();
  Sums sums;
  Texts texts;
  for (std::string line; std::getline(in, line);) {
    line = line.substr(0, line.find('#'));
    if (line.find_first_not_of(" \t") == line.npos) continue;
    std::istringstream words(line);
    std::uint64_t seed = 0;
    std::string out;
    words >> seed >> out;
    Trace trace(Trace::Kind::off);
    const auto choices = without(Choices(seed), parse_numbers(out));
    const auto before = cpu_seconds();
    const auto end = one_life(choices, texts, trace, sums.coverage);
    sums.add({choices.seed, end.events, end.crashes, end.reloads, end.faults.size(),
              cpu_seconds() - before});
    if (end.violation.empty()) continue;
    ++sums.violations;
    explain(choices, end.violation);
  }
  return sums.end(began);
}

}  // namespace

int main(int count, char** texts) {
  // The images of simulated files come and go: what is freed stays ours, a page fault costs more.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  auto options = parse(count, texts);
  options.jobs = std::max(1U, options.jobs);
  for (const int number : {SIGPROF, SIGSEGV, SIGABRT, SIGFPE, SIGBUS}) ::signal(number, on_signal);
  std::set_terminate([] { on_signal(SIGABRT); });
  alarum::log::divert({});
  // One thread, and nobody asks what SQLite has allocated: its mutexes are a twentieth of a life.
  give_sqlite_our_memory();
  sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  if (!options.seeds.empty()) return all_of(options);
  if (options.shrink) return shorter(options);
  if (options.trace ||
      (options.lives == 1 && options.minutes == 0 && !options.hash && !options.out.empty()))
    return traced(options);
  return many(options);
}
