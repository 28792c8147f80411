#include "ingest/broker/nats.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>

#include "base/ascii.h"
#include "base/log.h"
#include "base/nats_connection.h"
#include "ingest/cloudevents.h"

namespace alarum::ingest {
namespace {

constexpr std::int64_t kNatsPatience = 250, kNatsTimeout = 2000,
                       kNatsPing = 20'000;  // milliseconds
constexpr int kNatsFetch = 64;              // messages of one fetch; each has the server's limit
constexpr int kPendingMessages = 65'536;    // of core NATS, in the library, all subjects together
constexpr int kPendingBytes = 64 << 20;

void take_headers(natsMsg* from, BrokerMessage& into) {
  const char** names = nullptr;
  int count = 0;
  if (natsMsgHeader_Keys(from, &names, &count) != NATS_OK) return;
  for (int i = 0; i < count; ++i) {
    const char* value = nullptr;
    if (natsMsgHeader_Get(from, names[i], &value) != NATS_OK || !value) continue;
    const auto lower = lowered(names[i]);
    if (lower == "content-type") into.media_type = value;
    if (!lower.starts_with("ce-")) continue;
    // What is not UTF-8 is refused with the event, by the name of its attribute.
    const auto text = decode_header_value(value);
    into.attributes.emplace_back(lower.substr(3), text ? *text : "\xFF");
  }
  std::free(names);
}

class Nats final : public BrokerConnection {
 public:
  explicit Nats(const BrokerPlace& place)
      : config_(*place.source.broker),
        feed_(place.feed),
        again_(place.again),
        servers_(fmt::format("{}", fmt::join(config_.servers, ","))) {}
  ~Nats() override;
  /// Once, before anything else.
  Result<void> open();

  Result<std::vector<BrokerMessage>> read() override;
  Result<void> acknowledge() override;
  State state() const override { return {std::nullopt, lag_}; }

 private:
  Result<void> connect();
  Result<void> subscribe();
  Result<void> open_stream();
  Result<OwnNats<jsConsumerInfo>> consumer();
  // Reports a gap if the stream has deleted what we have not read.
  void compare(const jsConsumerInfo& info);
  Result<std::vector<BrokerMessage>> fetch();
  Result<std::vector<BrokerMessage>> next();
  BrokerMessage message_of(natsMsg* from);
  void count_dropped();
  std::unexpected<Error> unreachable(natsStatus status) const;
  std::unexpected<Error> stream_fault(natsStatus status, int code) const;

  const config::Broker& config_;
  Feed& feed_;
  const bool again_;
  const std::string servers_;
  OwnNats<natsConnection> connection_;
  OwnNats<jsCtx> jetstream_;
  std::vector<OwnNats<natsSubscription>> subscriptions_;  // of a stream one
  std::vector<OwnNats<natsMsg>> unacknowledged_;          // what read() has returned of a stream
  std::int64_t lag_ = -1, dropped_ = 0;
};

Nats::~Nats() {
  unacknowledged_.clear();
  subscriptions_.clear();
  if (connection_) (void)natsConnection_FlushTimeout(connection_.get(), 1000);
}

std::unexpected<Error> Nats::unreachable(natsStatus status) const {
  return std::unexpected(nats_error(status, servers_));
}

std::unexpected<Error> Nats::stream_fault(natsStatus status, int code) const {
  const auto detail = nats_says(status);
  if (code == JSStreamNotFoundErr)
    return fail("no_stream", fmt::format("{} has no stream {}: create it, or correct \"stream\"",
                                         servers_, config_.stream));
  if (code == JSNotEnabledErr || code == JSNotEnabledForAccountErr || status == NATS_NO_RESPONDERS)
    return fail("no_jetstream",
                fmt::format("{} has no JetStream for this account: enable it (nats-server -js), or "
                            "leave \"stream\" out ({})",
                            servers_, detail));
  if (status == NATS_CONNECTION_CLOSED || status == NATS_CONNECTION_DISCONNECTED)
    return unreachable(status);
  return fail("stream_failed",
              fmt::format("consumer {} of stream {} cannot be read: may the user ask for it? ({})",
                          config_.group, config_.stream, detail));
}

Result<void> Nats::connect() {
  const auto& tls = config_.tls;
  const NatsLogin login{config_.servers,
                        config_.username,
                        config_.password.reveal(),
                        config_.token.reveal(),
                        config_.credentials_file,
                        config_.encrypted,
                        tls.ca_file,
                        tls.cert_file,
                        tls.key_file,
                        tls.server_name,
                        tls.insecure_skip_verify};
  auto connection = connect_nats(login, "source-nats");
  if (!connection) return std::unexpected(connection.error());
  connection_ = std::move(*connection);
  return {};
}

Result<void> Nats::open() {
  if (auto done = connect(); !done) return done;
  if (auto done = config_.stream.empty() ? subscribe() : open_stream(); !done) return done;
  log::info("ingest", "a broker is reached", {{"source", feed_.name()}, {"servers", servers_}});
  return {};
}

Result<void> Nats::subscribe() {
  const auto count = static_cast<int>(config_.topics.size());
  for (const auto& subject : config_.topics) {
    natsSubscription* made = nullptr;
    auto status = config_.group.empty()
                      ? natsConnection_SubscribeSync(&made, connection_.get(), subject.c_str())
                      : natsConnection_QueueSubscribeSync(&made, connection_.get(), subject.c_str(),
                                                          config_.group.c_str());
    if (status == NATS_OK) {
      subscriptions_.emplace_back(made);
      status = natsSubscription_SetPendingLimits(made, std::max(1, kPendingMessages / count),
                                                 kPendingBytes / count);
    }
    if (status == NATS_INVALID_SUBJECT)
      return fail("bad_subject", fmt::format("\"{}\" is no subject", subject));
    if (status != NATS_OK) return unreachable(status);
  }
  // A subject that the user may not read is said by the server after a while.
  if (const auto status = natsConnection_FlushTimeout(connection_.get(), kNatsTimeout);
      status != NATS_OK)
    return unreachable(status);
  if (again_)
    feed_.gap(
        "core NATS keeps nothing: what was sent while we were not connected is lost, if "
        "anything");
  return {};
}

Result<void> Nats::open_stream() {
  jsOptions options;
  (void)jsOptions_Init(&options);
  options.Wait = kNatsTimeout;
  jsCtx* stream = nullptr;
  if (const auto status = natsConnection_JetStream(&stream, connection_.get(), &options);
      status != NATS_OK)
    return unreachable(status);
  jetstream_.reset(stream);
  auto info = consumer();
  if (!info) return std::unexpected(info.error());
  // Bound to a consumer that is there, so that the library does not delete it at the end.
  jsSubOptions bound;
  (void)jsSubOptions_Init(&bound);
  bound.Stream = config_.stream.c_str();
  bound.Consumer = config_.group.c_str();
  const char* filter = (*info)->Config ? (*info)->Config->FilterSubject : nullptr;
  natsSubscription* made = nullptr;
  jsErrCode code{};
  const auto status =
      js_PullSubscribe(&made, stream, filter, config_.group.c_str(), nullptr, &bound, &code);
  if (status != NATS_OK) return stream_fault(status, code);
  subscriptions_.emplace_back(made);
  return {};
}

Result<OwnNats<jsConsumerInfo>> Nats::consumer() {
  jsConsumerInfo* info = nullptr;
  jsErrCode code{};
  const auto* stream = config_.stream.c_str();
  const auto* name = config_.group.c_str();
  auto status = js_GetConsumerInfo(&info, jetstream_.get(), stream, name, nullptr, &code);
  OwnNats<jsConsumerInfo> found(info);
  if (status == NATS_OK) {
    if (info->Config->DeliverSubject || info->Config->AckPolicy != js_AckExplicit)
      return fail("wrong_consumer",
                  fmt::format("consumer {} of stream {} is not a pull consumer with explicit "
                              "acknowledgement: give another \"durable\"",
                              name, stream));
    compare(*info);
    return found;
  }
  if (code == JSStreamNotFoundErr || status != NATS_NOT_FOUND) return stream_fault(status, code);
  jsConsumerConfig config;
  (void)jsConsumerConfig_Init(&config);
  config.Durable = name;
  config.AckPolicy = js_AckExplicit;
  config.DeliverPolicy = config_.newest ? js_DeliverNew : js_DeliverAll;
  if (!config_.topics.empty()) config.FilterSubject = config_.topics.front().c_str();
  status = js_AddConsumer(&info, jetstream_.get(), stream, &config, nullptr, &code);
  if (status != NATS_OK) return stream_fault(status, code);
  log::info("ingest", "a consumer was made",
            {{"source", feed_.name()}, {"stream", stream}, {"durable", name}});
  return OwnNats<jsConsumerInfo>(info);
}

// With a filter, messages of others may go without having been for us.
void Nats::compare(const jsConsumerInfo& info) {
  const bool filtered = info.Config->FilterSubject && *info.Config->FilterSubject;
  if (filtered || info.AckFloor.Stream == 0) return;
  jsStreamInfo* made = nullptr;
  jsErrCode code{};
  const auto status =
      js_GetStreamInfo(&made, jetstream_.get(), config_.stream.c_str(), nullptr, &code);
  const OwnNats<jsStreamInfo> stream(made);
  if (status != NATS_OK || stream->State.FirstSeq <= info.AckFloor.Stream + 1) return;
  feed_.gap(
      fmt::format("stream {} begins with message {} now, and we had read up to {}: what was "
                  "between is lost",
                  config_.stream, stream->State.FirstSeq, info.AckFloor.Stream));
}

Result<std::vector<BrokerMessage>> Nats::read() {
  return config_.stream.empty() ? next() : fetch();
}

Result<std::vector<BrokerMessage>> Nats::fetch() {
  natsMsgList list{};
  jsErrCode code{};
  const auto status =
      natsSubscription_Fetch(&list, subscriptions_.front().get(), kNatsFetch, kNatsPatience, &code);
  if (status == NATS_TIMEOUT && !natsConnection_IsClosed(connection_.get())) {
    lag_ = 0;
    return std::vector<BrokerMessage>();
  }
  if (status != NATS_OK) return stream_fault(status, code);
  std::vector<BrokerMessage> messages;
  for (int i = 0; i < list.Count; ++i) {
    unacknowledged_.emplace_back(std::exchange(list.Msgs[i], nullptr));
    messages.push_back(message_of(unacknowledged_.back().get()));
  }
  natsMsgList_Destroy(&list);
  return messages;
}

Result<std::vector<BrokerMessage>> Nats::next() {
  std::vector<BrokerMessage> messages;
  std::size_t bytes = 0;
  const auto wait = std::max<std::int64_t>(1, kNatsPatience / std::ssize(subscriptions_));
  for (const auto& subscription : subscriptions_) {
    while (bytes < kMostBytes && messages.size() < kMostMessages) {
      natsMsg* made = nullptr;
      const auto status =
          natsSubscription_NextMsg(&made, subscription.get(), messages.empty() ? wait : 0);
      const OwnNats<natsMsg> message(made);
      if (status == NATS_TIMEOUT) break;
      if (status != NATS_OK) return unreachable(status);
      messages.push_back(message_of(message.get()));
      bytes += messages.back().size();
    }
  }
  count_dropped();
  // The server says what the user may not subscribe to, and the connection stays open.
  const char* said = nullptr;
  if (natsConnection_GetLastError(connection_.get(), &said) == NATS_NOT_PERMITTED)
    return fail("not_allowed", fmt::format("the user may not read all of these subjects: {} ({})",
                                           fmt::join(config_.topics, ", "), said ? said : ""));
  return messages;
}

void Nats::count_dropped() {
  std::int64_t all = 0;
  for (const auto& subscription : subscriptions_) {
    std::int64_t dropped = 0;
    if (natsSubscription_GetDropped(subscription.get(), &dropped) == NATS_OK) all += dropped;
  }
  if (all <= dropped_) return;
  feed_.counts().lost += static_cast<std::uint64_t>(all - dropped_);
  feed_.gap(fmt::format("{} messages came while the journal was full, and had no room in memory",
                        all - dropped_));
  dropped_ = all;
}

BrokerMessage Nats::message_of(natsMsg* from) {
  BrokerMessage message;
  message.payload.assign(natsMsg_GetData(from),
                         static_cast<std::size_t>(natsMsg_GetDataLength(from)));
  take_headers(from, message);
  message.sender = natsMsg_GetSubject(from);
  message.place = "subject " + message.sender;
  if (config_.stream.empty()) return message;
  jsMsgMetaData* made = nullptr;
  if (natsMsg_GetMetaData(&made, from) != NATS_OK) return message;
  const OwnNats<jsMsgMetaData> data(made);
  message.place = fmt::format("stream {} message {}", data->Stream, data->Sequence.Stream);
  message.id = fmt::format("{}/{}/{}", data->Stream, data->Sequence.Stream, data->Timestamp);
  lag_ = static_cast<std::int64_t>(data->NumPending);
  return message;
}

Result<void> Nats::acknowledge() {
  for (const auto& message : unacknowledged_) {
    if (const auto status = natsMsg_Ack(message.get(), nullptr); status != NATS_OK)
      return unreachable(status);
  }
  unacknowledged_.clear();
  return {};
}

}  // namespace

Result<std::unique_ptr<BrokerConnection>> open_nats(const BrokerPlace& place) {
  auto nats = std::make_unique<Nats>(place);
  if (auto done = nats->open(); !done) return std::unexpected(done.error());
  return nats;
}

}  // namespace alarum::ingest
