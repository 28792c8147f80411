#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "config/receiver.h"
#include "model/notification.h"
#include "receivers/verdict.h"

namespace alarum::receivers {

/// What a receiver knows beside the message.
struct Setting {
  const config::Integration& how;
  std::string external_url;  ///< no slash at the end
  bool colour = false;       ///< of the console
};

/// One attempt to make a request: what was frozen, and what depends on its moment (signatures,
/// timestamps).
struct Attempt {
  std::string url;                   ///< a secret
  std::vector<std::string> headers;  ///< `Name: value`
  std::string body;
};

/// What a target answered, as far as it was read.
struct Answer {
  long status = 0;
  std::string_view body;
  std::chrono::seconds retry_after{};
};

/// How a mail goes out: over SMTP (RFC 5321), to the host of the integration's URL.
struct Mail {
  std::string from;
  std::vector<std::string> to;
  std::string username;
  config::Secret password;
  bool require_tls = true;  ///< STARTTLS must succeed
};

/// One integration as its kind has it: all that delivery does not do for every kind alike. Each
/// kind is one file of this folder; CMakeLists.txt lists them. Immutable, and any thread's: the
/// same values give the same bytes.
class Receiver {
 public:
  virtual ~Receiver() = default;

  /// The frozen request of a message. Sizes are the vendor's; what is longer is cut with a mark. No
  /// secret is in it, and no signature.
  virtual model::Content compose(const model::Message& message, const Setting& setting) const = 0;
  /// Adds to an attempt what the kind asks for at the moment that it is made. `id`: of the
  /// notification.
  virtual void prepare(Attempt& attempt, const std::string& id, Time now) const;
  /// Whether it was taken, of an answer whose status is 2xx, by the vendor's own test. Sizes,
  /// encodings and shapes of the body are the sender's to choose: anything is understood or is a
  /// failure.
  virtual Verdict judge_success(const Answer& answer) const;
  /// What of the integration must be shown to nobody, beside its URL and `http_config`.
  virtual std::vector<std::string> secrets() const { return {}; }
  /// What tells two integrations of one kind and URL apart; in hashes only.
  virtual std::string destination() const { return {}; }
  /// How often the target is sent again all that fires; 0: it remembers.
  virtual Duration resend_every() const { return {}; }

  // What carries it, where that is no HTTP.
  virtual const Mail* mail() const { return nullptr; }
  /// The file of this machine that its texts are added to; empty: the console.
  virtual const std::string* output() const { return nullptr; }
};

/// That of an integration. One without a kind (a heartbeat) is a plain POST, which composes
/// nothing.
const Receiver& receiver_of(const config::Integration& how);

/// The frozen request of a message for a target of any kind; nullopt where its target is told
/// nothing of it: only of ends that `resolve_on` leaves out. Pure. Signatures and secrets come at
/// the moment of an attempt.
std::optional<model::Content> compose(const model::Message& message, const Setting& setting);

/// Whether the target took it.
Verdict judge(const config::Integration& how, const Answer& answer);

}  // namespace alarum::receivers
