#include "cli/send_command.h"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "base/url.h"
#include "cli/api_client.h"

namespace alarum::cli {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kBatch = 200;
constexpr std::size_t kBatchBytes = 512 << 10;
constexpr std::chrono::hours kOld{1};  // from which on nobody may be notified of it

class Bar {
 public:
  Bar(std::ostream& err, std::size_t total, bool shown) : err_(err), total_(total), shown_(shown) {}
  ~Bar() {
    if (shown_) err_ << "\n";
  }

  void show(std::size_t done) {
    if (!shown_) return;
    err_ << "\r";
    if (total_ > 0) {
      const auto filled = done * kWidth / total_;
      err_ << "[" << std::string(filled, '#') << std::string(kWidth - std::min(filled, kWidth), '.')
           << "] " << done * 100 / total_ << "% ";
    }
    err_ << done << " events" << std::flush;
  }

 private:
  static constexpr std::size_t kWidth = 40;
  std::ostream& err_;
  const std::size_t total_;
  const bool shown_;
};

struct Sums {
  std::uint64_t accepted = 0, duplicate = 0, rejected = 0;
};

class Sender {
 public:
  Sender(const SendOptions& options, std::ostream& err) : client_(options.url), err_(err) {}

  /// Notes events whose own time is long ago.
  void look_at_time(const std::string& line) {
    const auto at = line.find("\"time\"");
    const auto quote = at == line.npos ? at : line.find('"', line.find(':', at));
    if (quote == line.npos) return;
    const auto time = parse_rfc3339(line.substr(quote + 1, line.find('"', quote + 1) - quote - 1));
    const auto now = std::chrono::system_clock::now();
    if (time && *time < now - kOld) ++old_;
  }
  std::uint64_t old() const { return old_; }

  /// False: the bridge cannot be reached or does not take it at all.
  bool send(const std::string& lines, std::size_t first_line) {
    for (;;) {
      auto answer = client_.post("/v1/events", "application/x-ndjson", lines);
      if (!answer) {
        err_ << "\nerror: " << answer.error().message << "\n";
        return false;
      }
      if (answer->status == 429 || answer->status == 503) {
        std::this_thread::sleep_for(std::chrono::seconds(std::max(1L, answer->retry_after)));
        continue;  // what was accepted of it comes back as a duplicate
      }
      return add(*answer, first_line);
    }
  }
  const Sums& sums() const { return sums_; }

 private:
  bool add(const HttpClient::Answer& answer, std::size_t first_line) {
    const auto report = nlohmann::json::parse(answer.body, nullptr, false);
    if (report.is_discarded() || !report.contains("accepted")) {
      const auto fault = fault_text(answer, client_.settings());
      err_ << "\nerror: "
           << (fault.empty() ? client_.settings().url + " did not answer as Alarum does" : fault)
           << "\n";
      return false;
    }
    sums_.accepted += report["accepted"].get<std::uint64_t>();
    sums_.duplicate += report["duplicate"].get<std::uint64_t>();
    sums_.rejected += report.value("rejected_count", std::uint64_t{0});
    for (const auto& one : report.value("rejected", nlohmann::json::array())) {
      err_ << "\nline " << first_line + one["index"].get<std::uint64_t>() << ": "
           << one["message"].get<std::string>() << " (" << one["reason"].get<std::string>() << ")";
    }
    return true;
  }

  HttpClient client_;
  std::ostream& err_;
  Sums sums_;
  std::uint64_t old_ = 0;
};

// Keeps the pace of recorded events: when each is to be sent, and what its line is then.
class Player {
 public:
  explicit Player(Duration length)
      : length_(length),
        suffix_("-" + std::to_string(std::chrono::system_clock::now().time_since_epoch() / 1s)) {}

  /// False: a line without a usable time; it is sent as it is, at once.
  bool add(const std::string& line) {
    auto event = nlohmann::ordered_json::parse(line, nullptr, false);
    const auto time = event.is_object() && event.value("time", nlohmann::ordered_json()).is_string()
                          ? parse_rfc3339(event["time"].get<std::string>())
                          : fail("bad_time", "");
    if (!time) return false;
    if (!first_ || *time < *first_) first_ = *time;
    if (!last_ || *time > *last_) last_ = *time;
    events_.emplace_back(*time, std::move(event));
    return true;
  }

  template <class Send>
  bool play(const Send& send) {
    std::stable_sort(events_.begin(), events_.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    const auto began = std::chrono::steady_clock::now();
    const auto span = std::max<std::int64_t>(1, events_.empty() ? 1 : (*last_ - *first_).count());
    for (auto& [time, event] : events_) {
      const auto share = static_cast<double>((time - *first_).count()) / static_cast<double>(span);
      std::this_thread::sleep_until(
          began + std::chrono::duration_cast<std::chrono::steady_clock::duration>(length_ * share));
      if (event.value("id", nlohmann::ordered_json()).is_string())
        event["id"] = event["id"].template get<std::string>() + suffix_;
      event["time"] =
          format_rfc3339(std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()));
      if (!send(event.dump() + "\n")) return false;
    }
    return true;
  }

 private:
  const Duration length_;
  const std::string suffix_;
  std::vector<std::pair<Time, nlohmann::ordered_json>> events_;
  std::optional<Time> first_, last_;
};

bool send_paced(const SendOptions& options, std::istream& in, Sender& sender, Bar& bar) {
  Player player(*options.play);
  std::size_t done = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || player.add(line)) continue;
    if (!sender.send(line + "\n", done)) return false;
  }
  return player.play([&](const std::string& line) {
    const bool sent = sender.send(line, done);
    bar.show(++done);
    return sent;
  });
}

bool send_batches(std::istream& in, Sender& sender, Bar& bar) {
  std::string batch;
  std::size_t lines = 0, first = 1, done = 0;
  const auto flush = [&] {
    if (lines > 0 && !sender.send(batch, first)) return false;
    done += lines;
    first += lines;
    lines = 0;
    batch.clear();
    bar.show(done);
    return true;
  };
  for (std::string line; std::getline(in, line);) {
    batch += line + "\n";
    sender.look_at_time(line);
    if (++lines >= kBatch || batch.size() >= kBatchBytes) {
      if (!flush()) return false;
    }
  }
  return flush();
}

}  // namespace

int send_command(const SendOptions& options, std::istream& in, std::size_t total, std::ostream& out,
                 std::ostream& err) {
  const auto settings = client_settings(options.url, client_world());
  if (!settings) return err << "error: " << settings.error().message << "\n", 1;
  if (options.play && !options.yes && !settings->on_loopback()) {
    err << "error: " << without_query(settings->url)
        << " is not on this machine: played events have new ids and the time of sending, and "
           "the people that it notifies would be notified as if these events happened now. "
        << "Add --yes if that is meant\n";
    return 2;
  }
  if (options.play)
    err << "playing to " << without_query(settings->url)
        << ": each event gets a new id and the time of sending\n";
  Sender sender(options, err);
  bool complete = false;
  {
    Bar bar(std::clog, total, options.progress);
    complete = options.play ? send_paced(options, in, sender, bar) : send_batches(in, sender, bar);
  }
  const auto& sums = sender.sums();
  if (sums.rejected > 0 && !options.progress) err << "\n";
  out << "accepted " << sums.accepted << ", duplicate " << sums.duplicate << ", rejected "
      << sums.rejected << "\n";
  if (sender.old() > 0)
    err << "warning: " << sender.old()
        << (sender.old() == 1 ? " event has a time" : " events have times")
        << " more than an hour ago: nobody is notified of what was over before it arrived; --play "
           "30s sends them as if they happened now\n";
  return complete && sums.rejected == 0 ? 0 : 1;
}

}  // namespace alarum::cli
