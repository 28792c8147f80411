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

/// What a receiver needs beside the message, for compose(). Valid during the call.
struct Setting {
  const config::Integration& how;
  std::string external_url;  ///< where people reach this daemon; without a slash at the end
  bool colour = false;       ///< the console shows colours
};

/// The request of one attempt: the content that was stored when the message was composed, and what
/// depends on the moment (signatures, timestamps).
struct Attempt {
  std::string url;                   ///< may contain secrets
  std::vector<std::string> headers;  ///< `Name: value`
  std::string body;
};

/// A target's answer, as far as it was read. Valid during the call.
struct Answer {
  long status = 0;                     ///< HTTP status
  std::string_view body;               ///< at most deliver::Sender::Options::answer_bytes
  std::chrono::seconds retry_after{};  ///< 0: it asked for no delay
};

/// How a mail is sent: by SMTP (RFC 5321), to the host of the integration's URL.
struct Mail {
  std::string from;
  std::vector<std::string> to;
  std::string username;  ///< empty: no authentication
  config::Secret password;
  bool require_tls = true;  ///< STARTTLS must succeed (RFC 3207); else it is used if it is offered
};

/// How a message is published to NATS, at the server of the integration's URL.
struct Publishing {
  std::string subject;
  bool jetstream = false;  ///< a stream must confirm that it has stored the message
  std::string username, credentials_file;
  config::Secret password, token;
};

/// One configured integration, with everything that is special to its kind (webhook, slack, …).
/// Each kind is one file of this folder, listed in CMakeLists.txt. The config owns the object,
/// which never changes. Any thread may call it, and the same values always give the same bytes,
/// because a replay must make the same notifications.
class Receiver {
 public:
  virtual ~Receiver() = default;

  /// Composes the content of a message. It is stored until delivery, so it has no secret and no
  /// signature in it. Sizes are limited to what the vendor accepts, and longer texts are cut with a
  /// mark.
  virtual model::Content compose(const model::Message& message, const Setting& setting) const = 0;
  /// Adds what the kind requires at the time of an attempt, such as a signature or a timestamp.
  /// `id` is the notification's, `now` the wall clock. The default adds nothing.
  virtual void prepare(Attempt& attempt, const std::string& id, Time now) const;
  /// For an answer with a 2xx status: whether the vendor says that the message was accepted. The
  /// body comes from outside and may be anything; what cannot be understood is a failure. The
  /// default accepts it.
  virtual Verdict judge_success(const Answer& answer) const;
  /// What an answer with another status means, where the vendor's own words say more than the
  /// status. `plain` is what the status says, and what the default returns.
  virtual Verdict judge_refusal(const Answer& answer, Verdict plain) const;
  /// Secrets of the integration beside its URL and `http_config`; logs and excerpts leave them out.
  virtual std::vector<std::string> secrets() const { return {}; }
  /// A text that distinguishes integrations of the same kind and URL. Used in hashes only, because
  /// it may be secret.
  virtual std::string destination() const { return {}; }
  /// Whether the target is sent messages that only repeat that alerts fire.
  virtual bool takes_reminders() const { return true; }
  /// How often all firing alerts are sent to the target again; 0: never, because it remembers them.
  virtual Duration resend_every() const { return {}; }

  /// The mail settings if the kind is sent by SMTP; nullptr for all others.
  virtual const Mail* mail() const { return nullptr; }
  /// The settings of NATS if the kind is published there; nullptr for all others.
  virtual const Publishing* publishing() const { return nullptr; }
  /// The path of the file to which texts are appended, or an empty path for the console; nullptr
  /// for kinds that are sent over a network.
  virtual const std::string* output() const { return nullptr; }
};

/// The Receiver of an integration. An integration without a kind (a heartbeat) gets a plain POST,
/// which composes an empty content. The reference is valid as long as `how`.
const Receiver& receiver_of(const config::Integration& how);

/// Composes a message for a target of any kind. Changes that the target does not want
/// (`send_resolved`, `resolve_on`) are left out; nullopt if none is left. Pure.
std::optional<model::Content> compose(const model::Message& message, const Setting& setting);

/// Judges an HTTP answer: by its status, and if that is 2xx by the kind's own test.
Verdict judge(const config::Integration& how, const Answer& answer);

}  // namespace alarum::receivers
