#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "deliver/answer.h"
#include "deliver/transport.h"
#include "tests/simulation/clock.h"

namespace alarum::simulation {

/// What became of a receiver's answer.
enum class Reached : std::uint8_t {
  answered,  ///< the bridge has it
  half,      ///< cut within
  late,      ///< after the bridge's time-out
  lost,      ///< never: the connection, or the bridge, was gone by then
};
std::string_view to_text(Reached reached);

/// A request as its receiver saw it.
struct Seen {
  Time wall;  ///< by the bridge's clock
  std::chrono::nanoseconds monotonic{};
  std::size_t incarnation = 0;  ///< of the bridge that sent it
  std::string receiver;         ///< `r0.sim`, or the path of a file
  std::string target, id, group_key, alert_id;
  model::Offset offset = 0;
  /// Past 1 << 63: a heartbeat or a resend, which no outbox knows
  std::uint64_t sequence = 0;
  std::string headers;  ///< as sent, each ended by a line feed
  std::string body;
  std::string facts;  ///< of the notification: what it was made of
  /// False: the connection ended within it, so that the receiver did nothing with it
  bool whole = true;
  /// That the receiver answered; 0: none. Of a file 200: it was written
  unsigned status = 0;
  Reached reached = Reached::answered;

  /// The receiver took it, whatever the bridge knows.
  bool taken() const { return whole && status >= 200 && status < 300; }
};

/// A request as the bridge made it, also one that never arrived.
struct Asked {
  std::size_t incarnation = 0;  ///< of the bridge
  std::string target, id;
  bool outbox = true;  ///< false: a heartbeat or a resend, which do not wait their turn
  std::chrono::nanoseconds begun{};
  /// When the bridge knew what came of it; nullopt: it never did
  std::optional<std::chrono::nanoseconds> known = {};
  std::size_t known_before = 0;  ///< which request was the next one then
  bool taken = false;            ///< as the bridge knows
  unsigned status = 0;           ///< that it was answered; 0: it was not
  std::chrono::seconds wait{};   ///< that the answer asked for
};

/// The network of a life and all who receive there: r0.sim to r3.sim over HTTP, and files. Requests
/// are made by attempt_of() and answers are judged by judge(), as those of the daemon. It outlives
/// each incarnation of the bridge; lose_connections() stands between two of them.
///
/// Each attempt has numbers of its own, by the notification's id and how often that was tried: what
/// happens offload changes nothing for it.
class SimulatedTransport final : public deliver::Transport {
 public:
  enum class Fault : std::uint8_t {
    slow,
    half,
    wrong,
    later,
    later_date,
    error,
    burst,
    refused,
    lost_answer,
    cut,
    dead
  };
  static constexpr std::size_t kFaults = 11;

  SimulatedTransport(SimulatedClock& clock, std::uint64_t seed) : clock_(clock), seed_(seed) {}

  void start(const deliver::Target& target, const model::Notification& notification,
             Time now) override;
  /// Never waits.
  std::vector<Ended> wait(std::chrono::milliseconds most) override;
  void wake() override {}
  std::vector<std::string> faults() const override;
  /// A graceful end: as lose_connections().
  void stop() override;

  // What the life says.
  /// The machine is frozen: nothing leaves it, nothing arrives
  std::function<bool()> gone = [] { return false; };
  std::function<std::size_t()> incarnation = [] { return 0; };
  /// One happened: `receiver_slow` and so on
  std::function<void(std::string_view fault, std::string_view receiver)> on_fault;
  /// A line for a request seen, one for its end
  std::function<void(std::string line)> on_trace;
  /// Where file receivers write; none: they write nowhere
  FileSystem* files = nullptr;

  /// Begins a time of trouble at some receivers.
  void trouble(std::uint64_t seed);
  /// At one of them (`file`: at all files): so large a share of its requests, for so long.
  void trouble(const std::string& receiver, Fault fault, double share,
               std::chrono::nanoseconds lasts);
  /// No trouble any more.
  void be_kind() { troubles_.clear(); }
  /// The bridge is gone: of what it had under way some arrived and some did not, and no answer
  /// reaches anybody.
  void lose_connections();

  /// How long until something arrives; nullopt: nothing is under way.
  std::optional<std::chrono::nanoseconds> next() const;
  /// Moves with each request and each answer.
  std::uint64_t activity() const { return activity_; }
  /// All that receivers saw up to now, in the order in which it came.
  const std::vector<Seen>& seen();
  /// All that the bridge asked, in the order in which it did.
  const std::vector<Asked>& asked() const { return asked_; }
  std::size_t in_flight() const { return attempts_.size(); }
  /// Requests that were under way at the last graceful end; but for resends and heartbeats, for
  /// which no stop waits.
  std::size_t abandoned() const { return abandoned_; }

 private:
  struct Trouble {
    Fault fault;
    double share;
    std::chrono::nanoseconds until;
  };
  struct Attempt {
    Seen request;
    bool arrives = true;              ///< false: nobody ever sees it
    std::chrono::nanoseconds ends{};  ///< when the bridge has the verdict
    deliver::Verdict verdict;
    bool arrived = false;
    std::size_t place = 0;        ///< in seen_, once it arrived
    unsigned status = 0;          ///< of the answer that the bridge will have
    std::chrono::seconds wait{};  ///< that it asks for
    std::size_t asked = 0;        ///< in asked_
  };
  struct Answer;
  std::optional<Fault> fault_at(const std::string& receiver, SeededRandom& random);
  void answer(const deliver::Target& target, const std::string& url, std::optional<Fault> fault,
              SeededRandom& random, Attempt& attempt);
  void write(const deliver::Target& target, const model::Notification& notification,
             std::optional<Fault> fault, SeededRandom& random, Attempt& attempt);
  std::string append(const std::string& path, std::string_view text);
  void happened(std::string_view name, const std::string& receiver);
  void arrive_until(std::chrono::nanoseconds now);
  void arrive(Attempt& attempt);

  SimulatedClock& clock_;
  const std::uint64_t seed_;
  std::map<std::string, Trouble> troubles_;   ///< by receiver
  std::map<std::string, unsigned> tried_;     ///< by notification
  std::vector<Attempt> attempts_;             ///< under way, in the order in which they began
  std::map<std::string, bool> broken_lines_;  ///< by path: the last text was written in part
  std::map<std::string, std::string> file_faults_;
  std::vector<Seen> seen_;
  std::vector<Asked> asked_;
  std::uint64_t activity_ = 0;
  std::size_t abandoned_ = 0;
};

}  // namespace alarum::simulation
