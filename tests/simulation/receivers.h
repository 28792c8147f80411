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

/// Whether a receiver's answer reached the bridge.
enum class Reached : std::uint8_t {
  answered,  ///< it did
  half,      ///< it was cut off in the middle
  late,      ///< it came after the bridge's time-out
  lost,      ///< it never came: the connection broke, or the bridge had ended
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
  /// False: the connection broke within the request, so the receiver ignored it
  bool whole = true;
  /// The status that the receiver answered; 0: none. For a file 200: it was written
  unsigned status = 0;
  Reached reached = Reached::answered;

  /// The receiver accepted it, whatever the bridge knows about that.
  bool taken() const { return whole && status >= 200 && status < 300; }
};

/// A request as the bridge made it, whether or not it arrived.
struct Asked {
  std::size_t incarnation = 0;  ///< of the bridge
  std::string target, id;
  bool outbox = true;  ///< false: a heartbeat or a resend, which do not wait their turn
  std::chrono::nanoseconds begun{};
  /// When the bridge learned the outcome; nullopt: it never did
  std::optional<std::chrono::nanoseconds> known = {};
  std::size_t known_before = 0;  ///< the index of the request that came next after that
  bool taken = false;            ///< the bridge knows that it was accepted
  unsigned status = 0;           ///< of the answer; 0 if there was none
  std::chrono::seconds wait{};   ///< Retry-After of the answer
};

/// The network of a life and all its receivers: r0.sim to r3.sim over HTTP, and files. Requests are
/// made by attempt_of() and answers are judged by judge(), the same code as the daemon's. It
/// outlives each incarnation of the bridge; lose_connections() is called between two of them.
///
/// Each attempt has a random stream of its own, by the notification's id and the number of the
/// attempt. So its fate does not depend on what happens elsewhere.
class SimulatedTransport final : public deliver::Transport {
 public:
  enum class Fault : std::uint8_t {
    slow,         ///< the answer takes up to 20 s, which may pass the time-out
    half,         ///< the answer is cut off
    wrong,        ///< 200 with a body that says no, for kinds that judge bodies
    later,        ///< Retry-After in seconds
    later_date,   ///< Retry-After as a date
    error,        ///< an error status for which it is tried again
    burst,        ///< the same, for a short time
    refused,      ///< no connection
    lost_answer,  ///< the receiver accepts, but its answer is lost
    cut,          ///< the connection breaks within the request
    dead          ///< a status that makes a dead letter, for a short time
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

  // Set by the life.
  /// Whether the machine is frozen: nothing leaves it, nothing arrives
  std::function<bool()> gone = [] { return false; };
  std::function<std::size_t()> incarnation = [] { return 0; };
  /// Called when a fault has happened: `receiver_slow` and so on
  std::function<void(std::string_view fault, std::string_view receiver)> on_fault;
  /// Gets a line when a request is seen, and one when it ends
  std::function<void(std::string line)> on_trace;
  /// Where file receivers write; nullptr: nowhere
  FileSystem* files = nullptr;

  /// Begins a time of faults at some receivers.
  void trouble(std::uint64_t seed);
  /// Begins a time of faults at one receiver (`file`: all files). `share`: of its requests.
  void trouble(const std::string& receiver, Fault fault, double share,
               std::chrono::nanoseconds lasts);
  /// Ends all faults.
  void be_kind() { troubles_.clear(); }
  /// The bridge has ended. Of its requests in flight some arrive and some do not, and no answer
  /// reaches it.
  void lose_connections();

  /// How long until something arrives; nullopt if nothing is in flight.
  std::optional<std::chrono::nanoseconds> next() const;
  /// A number that changes with each request and each answer.
  std::uint64_t activity() const { return activity_; }
  /// Everything that receivers have seen so far, in the order of arrival.
  const std::vector<Seen>& seen();
  /// All requests of the bridge, in their order.
  const std::vector<Asked>& asked() const { return asked_; }
  std::size_t in_flight() const { return attempts_.size(); }
  /// Requests that were in flight at the last orderly stop, without resends and heartbeats, for
  /// which a stop does not wait.
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
