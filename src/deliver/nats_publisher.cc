#include "deliver/nats_publisher.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "base/channel.h"
#include "base/nats_connection.h"
#include "base/thread_name.h"
#include "base/url.h"
#include "deliver/address.h"
#include "deliver/attempt.h"
#include "receivers/receiver.h"

namespace alarum::deliver {
namespace {

using receivers::Cause;
using receivers::verdict_of_failure;

constexpr std::size_t kMostWaiting = 1024;  // attempts of one target; its concurrency is far below

Cause cause_of_nats(const Error& error) {
  return error.reason == "tls_failed"          ? Cause::tls
         : error.reason == "not_authenticated" ? Cause::answer
                                               : Cause::connect;
}

// Whether a name of the URL's host has an address that is not connected to (address.h).
bool leads_to_forbidden(const std::string& host) {
  addrinfo hints{}, *list = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  if (::getaddrinfo(host.c_str(), nullptr, &hints, &list) != 0) return false;  // connecting fails
  bool forbidden = false;
  for (const auto* one = list; one; one = one->ai_next) {
    char text[NI_MAXHOST] = {};
    if (::getnameinfo(one->ai_addr, one->ai_addrlen, text, sizeof text, nullptr, 0,
                      NI_NUMERICHOST) == 0)
      forbidden = forbidden || is_forbidden_address(text);
  }
  ::freeaddrinfo(list);
  return forbidden;
}

}  // namespace

class NatsPublisher::Line {
 public:
  using End = std::function<void(std::uint64_t, Verdict)>;
  struct Job {
    std::uint64_t number = 0;
    Attempt attempt;
    std::chrono::milliseconds limit{};
  };

  Line(std::shared_ptr<const config::Integration> how, End end)
      : how_(std::move(how)),
        publishing_(*receivers::receiver_of(*how_).publishing()),
        end_(std::move(end)),
        jobs_(kMostWaiting),
        thread_([this] { run(); }) {}
  ~Line() {
    close();
    thread_.join();
  }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  /// Ends the thread after the call of the library that it is in. What waits is dropped.
  void close() {
    closed_ = true;
    jobs_.close();
  }
  /// Whether the thread has ended, so that the destructor does not block.
  bool over() const { return over_; }
  bool add(Job job) { return jobs_.try_push(std::move(job)); }
  const config::Integration& how() const { return *how_; }

 private:
  void run() {
    name_thread("deliver-nats");
    while (auto jobs = jobs_.take_all(std::chrono::hours(1))) {
      for (const auto& job : *jobs) {
        if (!closed_) end_(job.number, publish(job));
      }
    }
    stream_.reset();
    connection_.reset();
    over_ = true;
  }

  Verdict publish(const Job& job) {
    if (connection_ && natsConnection_IsClosed(connection_.get())) connection_.reset();
    if (!connection_) {
      if (auto fault = connect()) return *fault;
    }
    natsMsg* made = nullptr;
    const auto& body = job.attempt.body;
    auto status = natsMsg_Create(&made, publishing_.subject.c_str(), nullptr, body.data(),
                                 static_cast<int>(body.size()));
    const OwnNats<natsMsg> message(made);
    for (const auto& header : job.attempt.headers) {
      const auto colon = header.find(": ");
      if (status != NATS_OK || colon == header.npos) continue;
      status = natsMsgHeader_Set(made, header.substr(0, colon).c_str(), header.c_str() + colon + 2);
    }
    if (status == NATS_OK) return send(made, job.limit);
    return verdict_of_failure(nats_says(status), Cause::other);
  }

  Verdict send(natsMsg* message, std::chrono::milliseconds limit) {
    jsErrCode code{};
    natsStatus status = NATS_OK;
    if (publishing_.jetstream) {
      jsPubOptions options;
      (void)jsPubOptions_Init(&options);
      options.MaxWait = limit.count();
      jsPubAck* ack = nullptr;
      status = js_PublishMsg(&ack, stream_.get(), message, &options, &code);
      const OwnNats<jsPubAck> own(ack);
    } else {
      status = natsConnection_PublishMsg(connection_.get(), message);
      if (status == NATS_OK) status = natsConnection_FlushTimeout(connection_.get(), limit.count());
    }
    return verdict(status);
  }

  Verdict verdict(natsStatus status) {
    const char* said = nullptr;
    const bool refused =
        natsConnection_GetLastError(connection_.get(), &said) == NATS_NOT_PERMITTED;
    if (status == NATS_OK && !refused)
      return {Verdict::Kind::delivered, publishing_.jetstream ? "stored" : "published", {}};
    const auto detail = refused ? std::string(said ? said : "not permitted") : nats_says(status);
    connection_.reset();
    if (refused) return verdict_of_failure("the user may not publish to the subject: " + detail);
    if (status == NATS_NO_RESPONDERS)
      return verdict_of_failure("no stream has the subject: create one, or leave out jetstream");
    if (status == NATS_MAX_PAYLOAD) {
      auto dead = verdict_of_failure("longer than the server's max_payload");
      dead.kind = Verdict::Kind::dead, dead.this_body = true;
      return dead;
    }
    return verdict_of_failure(detail,
                              status == NATS_TIMEOUT ? Cause::timeout : Cause::connection_lost);
  }

  std::optional<Verdict> connect() {
    const auto url = how_->url.reveal();
    if (names_forbidden_address(url) || leads_to_forbidden(std::string(Url(url).host())))
      return verdict_of_failure("the address is forbidden", Cause::forbidden_address);
    const auto& tls = how_->http.tls;
    const NatsLogin login{{url},
                          publishing_.username,
                          publishing_.password.reveal(),
                          publishing_.token.reveal(),
                          publishing_.credentials_file,
                          url.starts_with("tls://") || tls != config::Tls{},
                          tls.ca_file,
                          tls.cert_file,
                          tls.key_file,
                          tls.server_name,
                          tls.insecure_skip_verify};
    auto connection = connect_nats(login, "deliver-nats");
    if (!connection)
      return verdict_of_failure(connection.error().message, cause_of_nats(connection.error()));
    jsCtx* stream = nullptr;
    if (const auto status = natsConnection_JetStream(&stream, connection->get(), nullptr);
        status != NATS_OK)
      return verdict_of_failure(nats_says(status), Cause::other);
    connection_ = std::move(*connection);
    stream_.reset(stream);
    return std::nullopt;
  }

  const std::shared_ptr<const config::Integration> how_;
  const receivers::Publishing& publishing_;
  const End end_;
  Channel<Job> jobs_;
  OwnNats<natsConnection> connection_;
  OwnNats<jsCtx> stream_;  // declared after the connection that it uses
  std::atomic<bool> closed_ = false, over_ = false;
  std::thread thread_;  // last: it uses all of them
};

NatsPublisher::NatsPublisher(std::function<void()> wake) : wake_(std::move(wake)) {}
NatsPublisher::~NatsPublisher() = default;

bool NatsPublisher::publishes(const Target& target) {
  return receivers::receiver_of(*target.how).publishing() != nullptr;
}

void NatsPublisher::done(std::uint64_t attempt, Verdict verdict) {
  {
    const std::lock_guard lock(mutex_);
    done_.push_back({attempt, std::move(verdict)});
  }
  wake_();
}

void NatsPublisher::start(const Target& target, const model::Notification& notification, Time now,
                          std::chrono::nanoseconds steady) {
  auto& line = lines_[target.name];
  if (line && &line->how() != target.how.get()) leave(std::move(line));
  if (!line)
    line = std::make_unique<Line>(target.how, [this](std::uint64_t attempt, Verdict verdict) {
      done(attempt, std::move(verdict));
    });
  const auto limit = std::chrono::ceil<std::chrono::milliseconds>(target.how->timeout);
  const auto attempt = ++last_attempt_;
  begun_[attempt] = {notification.sequence, steady + limit + std::chrono::seconds(1)};
  if (!line->add({attempt, attempt_of(target, notification, now), limit}))
    done(attempt, verdict_of_failure("too much waits to be published", Cause::other));
}

std::vector<Transport::Ended> NatsPublisher::ended(std::chrono::nanoseconds steady) {
  std::erase_if(leaving_, [](const auto& line) { return line->over(); });
  std::vector<Done> done;
  {
    const std::lock_guard lock(mutex_);
    done.swap(done_);
  }
  std::vector<Transport::Ended> ended;
  for (auto& [number, verdict] : done) {
    const auto attempt = begun_.extract(number);
    if (!attempt.empty()) ended.push_back({attempt.mapped().sequence, std::move(verdict)});
  }
  std::erase_if(begun_, [&](const auto& one) {
    const bool overdue = steady >= one.second.by;
    if (overdue)
      ended.push_back(
          {one.second.sequence, verdict_of_failure("no answer in time", Cause::timeout)});
    return overdue;
  });
  return ended;
}

// Its thread may be in a call of the library, for which the delivery thread must not wait.
void NatsPublisher::leave(std::unique_ptr<Line> line) {
  line->close();
  leaving_.push_back(std::move(line));
}

void NatsPublisher::retain(const std::map<std::string, Target>& targets) {
  for (auto& [name, line] : lines_) {
    const auto target = targets.find(name);
    if (target == targets.end() || target->second.how.get() != &line->how()) leave(std::move(line));
  }
  std::erase_if(lines_, [](const auto& one) { return !one.second; });
}

void NatsPublisher::stop() {
  for (auto& [name, line] : lines_) line->close();
  lines_.clear();
  leaving_.clear();
}

}  // namespace alarum::deliver
