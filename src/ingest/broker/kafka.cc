#include "ingest/broker/kafka.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/ascii.h"
#include "base/log.h"

namespace alarum::ingest {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;
using namespace std::chrono_literals;

constexpr int kKafkaPatienceMs = 100, kKafkaAskMs = 2000;
constexpr auto kKafkaProbe = 5s;           // between two questions whether the cluster answers
constexpr auto kErrorLasts = 30s;          // the library repeats an error that is still one
constexpr auto kLookAtLag = 1s;            // between two computations
constexpr auto kKafkaFarewell = 3s;        // for the last commit of offsets
constexpr std::size_t kKafkaReason = 512;  // bytes of the library's texts

struct FreeKafka {
  void operator()(rd_kafka_topic_partition_list_t* list) const {
    rd_kafka_topic_partition_list_destroy(list);
  }
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
  void operator()(const rd_kafka_metadata_t* data) const { rd_kafka_metadata_destroy(data); }
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
  void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
};
using Partitions = std::unique_ptr<rd_kafka_topic_partition_list_t, FreeKafka>;
using KafkaMessage = std::unique_ptr<rd_kafka_message_t, FreeKafka>;

std::string_view view(const void* data, std::size_t size) {
  return data ? std::string_view(static_cast<const char*>(data), size) : std::string_view();
}

// Headers of Kafka have names in any case, and values that are bytes.
void take_headers(rd_kafka_message_t& from, BrokerMessage& into) {
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&from, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    const auto lower = lowered(name);
    if (lower == "content-type")
      into.media_type = view(value, size);
    else if (lower.starts_with("ce_"))
      into.attributes.emplace_back(lower.substr(3), view(value, size));
  }
}

// What an error of the library means for whoever runs the daemon.
Error explained(rd_kafka_resp_err_t code, const std::string& detail, const std::string& servers) {
  // A broker that hangs up in the middle of either is "transport" to the library.
  if (code == RD_KAFKA_RESP_ERR__TRANSPORT && detail.find("SSL_HANDSHAKE") != detail.npos)
    code = RD_KAFKA_RESP_ERR__SSL;
  if (code == RD_KAFKA_RESP_ERR__TRANSPORT && detail.find("in state AUTH") != detail.npos)
    code = RD_KAFKA_RESP_ERR__AUTHENTICATION;
  switch (code) {
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
      return {"not_authenticated",
              fmt::format("{} refuses the login: are username, password and mechanism right? ({})",
                          servers, detail)};
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
      return {
          "not_allowed",
          fmt::format("the user may not read: let it read the topics, and the group ({})", detail)};
    case RD_KAFKA_RESP_ERR__SSL:
      return {"tls_failed",
              fmt::format("TLS with {} failed: does the broker speak TLS on this port, and is "
                          "tls_config right? ({})",
                          servers, detail)};
    case RD_KAFKA_RESP_ERR__RESOLVE:
      return {"no_address",
              fmt::format("the name of a broker has no address: {} ({})", servers, detail)};
    default:
      return {"unreachable", fmt::format("{} cannot be reached: do the brokers run, and is the "
                                         "port right? ({})",
                                         servers, detail)};
  }
}

class Kafka final : public BrokerConnection {
 public:
  Kafka(const config::Broker& config, Feed& feed)
      : config_(config),
        feed_(feed),
        servers_(fmt::format("{}", fmt::join(config.servers, ","))),
        next_(rd_kafka_topic_partition_list_new(8)) {}
  ~Kafka() override;
  /// Once, before anything else.
  Result<void> open();

  Result<std::vector<BrokerMessage>> read() override;
  Result<void> acknowledge() override;
  State state() const override { return {trouble_, lag_}; }

 private:
  void close();
  void set(rd_kafka_conf_t* conf, const char* name, const std::string& value);
  void configure(rd_kafka_conf_t* conf);
  static void on_error(rd_kafka_t*, int code, const char* reason, void* self);
  static void on_log(const rd_kafka_t*, int level, const char* part, const char* text);
  BrokerMessage message_of(rd_kafka_message_t& from);
  static void on_rebalance(rd_kafka_t*, rd_kafka_resp_err_t what,
                           rd_kafka_topic_partition_list_t* list, void* self);
  // Decides where each partition is read from. False: the cluster does not answer.
  bool begin(rd_kafka_topic_partition_t& partition);
  void took(const rd_kafka_message_t& message);
  // The broker has skipped offsets: reports a gap if they were deleted unread.
  void leapt(const rd_kafka_message_t& message, std::int64_t expected);
  void failed(const rd_kafka_message_t& message);
  void look();
  // Asks the cluster for its topics, and says what is wrong.
  void probe(SteadyTime now);
  std::optional<Error> missing_topics(const rd_kafka_metadata_t& data) const;
  std::int64_t count_lag() const;

  const config::Broker& config_;
  Feed& feed_;
  const std::string servers_;
  rd_kafka_t* handle_ = nullptr;
  std::string wrong_setting_, cluster_;
  const Partitions next_;  // the offset after the last message that read() returned
  std::map<std::pair<std::string, std::int32_t>, std::int64_t> expected_;  // offset by partition
  bool doubtful_ = true;  // whether the cluster answers is to be asked
  SteadyTime probed_{}, counted_{}, refused_{}, leapt_{};
  std::optional<Error> error_, refusal_, trouble_{Error{"connecting", "not connected yet"}};
  std::int64_t lag_ = -1;
};

Kafka::~Kafka() {
  if (!handle_) return;
  close();
  rd_kafka_destroy_flags(handle_, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

// Commits what is stored, and leaves the group, so that others need not wait for our session to
// expire. The queue, with what was read ahead, must be gone before the handle.
void Kafka::close() {
  const std::unique_ptr<rd_kafka_queue_t, FreeKafka> queue(rd_kafka_queue_new(handle_));
  if (auto* fault = rd_kafka_consumer_close_queue(handle_, queue.get()))
    rd_kafka_error_destroy(fault);
  const auto end = std::chrono::steady_clock::now() + kKafkaFarewell;
  while (!rd_kafka_consumer_closed(handle_) && std::chrono::steady_clock::now() < end) {
    auto* event = rd_kafka_queue_poll(queue.get(), kKafkaPatienceMs);
    if (!event) continue;
    if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_REBALANCE)
      (void)rd_kafka_assign(handle_, nullptr);
    rd_kafka_event_destroy(event);
  }
}

void Kafka::set(rd_kafka_conf_t* conf, const char* name, const std::string& value) {
  char why[kKafkaReason] = {};
  if (rd_kafka_conf_set(conf, name, value.c_str(), why, sizeof why) != RD_KAFKA_CONF_OK &&
      wrong_setting_.empty())
    wrong_setting_ = why;
}

void Kafka::configure(rd_kafka_conf_t* conf) {
  set(conf, "client.id", "alarum");
  set(conf, "bootstrap.servers", servers_);
  set(conf, "group.id", config_.group);
  // Offsets are stored by acknowledge() alone; the library sends what is stored.
  set(conf, "enable.auto.offset.store", "false");
  set(conf, "enable.auto.commit", "true");
  set(conf, "auto.commit.interval.ms", "1000");
  set(conf, "auto.offset.reset", "earliest");  // where begin() could not decide
  // After a crash the group gives our partitions to the next process so much later.
  set(conf, "session.timeout.ms", "10000");
  set(conf, "heartbeat.interval.ms", "3000");
  // A topic that is created later is found within this time.
  set(conf, "topic.metadata.refresh.interval.ms", "10000");
  // What the library reads ahead, of all partitions together
  set(conf, "queued.max.messages.kbytes", "16384");
  const bool user = !config_.username.empty();
  set(conf, "security.protocol",
      std::string(user ? "sasl_" : "") + (config_.encrypted ? "ssl" : "plaintext"));
  if (user) {
    set(conf, "sasl.mechanisms", config_.mechanism);
    set(conf, "sasl.username", config_.username);
    set(conf, "sasl.password", config_.password.reveal());
  }
  const auto& tls = config_.tls;
  if (!tls.ca_file.empty()) set(conf, "ssl.ca.location", tls.ca_file);
  if (!tls.cert_file.empty()) set(conf, "ssl.certificate.location", tls.cert_file);
  if (!tls.key_file.empty()) set(conf, "ssl.key.location", tls.key_file);
  if (tls.insecure_skip_verify) set(conf, "enable.ssl.certificate.verification", "false");
}

Result<void> Kafka::open() {
  std::unique_ptr<rd_kafka_conf_t, FreeKafka> conf(rd_kafka_conf_new());
  configure(conf.get());
  rd_kafka_conf_set_opaque(conf.get(), this);
  rd_kafka_conf_set_error_cb(conf.get(), on_error);
  rd_kafka_conf_set_rebalance_cb(conf.get(), on_rebalance);
  rd_kafka_conf_set_log_cb(conf.get(), on_log);
  char why[kKafkaReason] = {};
  if (wrong_setting_.empty())
    handle_ = rd_kafka_new(RD_KAFKA_CONSUMER, conf.get(), why, sizeof why);
  if (!handle_)
    return fail("bad_settings", fmt::format("librdkafka refuses the settings: {}",
                                            wrong_setting_.empty() ? why : wrong_setting_));
  conf.release();  // handle_ has it now
  rd_kafka_poll_set_consumer(handle_);
  const Partitions topics(
      rd_kafka_topic_partition_list_new(static_cast<int>(config_.topics.size())));
  for (const auto& topic : config_.topics)
    rd_kafka_topic_partition_list_add(topics.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  if (const auto code = rd_kafka_subscribe(handle_, topics.get()); code)
    return fail("bad_topics", fmt::format("the topics cannot be read: {}", rd_kafka_err2str(code)));
  return {};
}

// Called on our thread, within rd_kafka_consumer_poll(). One broker of several may be away, so this
// alone is no trouble yet.
void Kafka::on_error(rd_kafka_t*, int code, const char* reason, void* self) {
  auto& kafka = *static_cast<Kafka*>(self);
  kafka.doubtful_ = true;
  const auto error = static_cast<rd_kafka_resp_err_t>(code);
  // That all brokers are down is said after the reason for it.
  if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN && kafka.error_) return;
  kafka.error_ = explained(error, reason, kafka.servers_);
}

// Called on threads of the library.
void Kafka::on_log(const rd_kafka_t*, int, const char* part, const char* text) {
  log::write(log::Level::debug, "ingest", "librdkafka", {{"part", part}, {"detail", text}});
}

Result<std::vector<BrokerMessage>> Kafka::read() {
  std::vector<BrokerMessage> messages;
  for (std::size_t bytes = 0; bytes < kMostBytes && messages.size() < kMostMessages;) {
    const KafkaMessage message(
        rd_kafka_consumer_poll(handle_, messages.empty() ? kKafkaPatienceMs : 0));
    if (!message) break;
    if (message->err) {
      failed(*message);
      break;
    }
    messages.push_back(message_of(*message));
    bytes += messages.back().size();
    took(*message);
    refusal_.reset();
  }
  if (rd_kafka_fatal_error(handle_, nullptr, 0) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    char why[kKafkaReason] = {};
    const auto code = rd_kafka_fatal_error(handle_, why, sizeof why);
    return std::unexpected(explained(code, why, servers_));
  }
  look();
  return messages;
}

BrokerMessage Kafka::message_of(rd_kafka_message_t& from) {
  if (cluster_.empty()) {
    auto* id = rd_kafka_clusterid(handle_, kKafkaAskMs);
    cluster_ = id ? id : "";
    if (id) rd_kafka_mem_free(handle_, id);
  }
  BrokerMessage message;
  message.payload = view(from.payload, from.len);
  take_headers(from, message);
  message.sender = rd_kafka_topic_name(from.rkt);
  message.place =
      fmt::format("topic {} partition {} offset {}", message.sender, from.partition, from.offset);
  rd_kafka_timestamp_type_t type{};
  message.id = fmt::format("{}/{}/{}/{}/{}", cluster_, message.sender, from.partition, from.offset,
                           rd_kafka_message_timestamp(&from, &type));
  return message;
}

void Kafka::took(const rd_kafka_message_t& message) {
  const auto* topic = rd_kafka_topic_name(message.rkt);
  auto* place = rd_kafka_topic_partition_list_find(next_.get(), topic, message.partition);
  if (!place) place = rd_kafka_topic_partition_list_add(next_.get(), topic, message.partition);
  place->offset = message.offset + 1;
  auto& expected = expected_[{topic, message.partition}];
  if (expected > 0 && message.offset > expected) leapt(message, expected);
  expected = message.offset + 1;
}

// Partitions that the group has given to others meanwhile are refused; their new owner reads the
// messages again, which our own journal would know as duplicates.
Result<void> Kafka::acknowledge() {
  (void)rd_kafka_offsets_store(handle_, next_.get());
  while (next_->cnt > 0) rd_kafka_topic_partition_list_del_by_idx(next_.get(), next_->cnt - 1);
  return {};
}

// Called on our thread, within rd_kafka_consumer_poll(): the group has given us partitions, or
// takes all of them away.
void Kafka::on_rebalance(rd_kafka_t* handle, rd_kafka_resp_err_t what,
                         rd_kafka_topic_partition_list_t* list, void* self) {
  auto& kafka = *static_cast<Kafka*>(self);
  kafka.expected_.clear();
  if (what != RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    (void)rd_kafka_assign(handle, nullptr);
    return;
  }
  // What remains undecided is decided by the library: the committed offset, else the oldest.
  bool answers = rd_kafka_committed(handle, list, kKafkaAskMs) == RD_KAFKA_RESP_ERR_NO_ERROR;
  const Partitions fresh(rd_kafka_topic_partition_list_new(list->cnt));
  for (int i = 0; answers && i < list->cnt; ++i) {
    auto& one = list->elems[i];
    const bool known = one.offset >= 0;
    answers = kafka.begin(one);
    if (answers && !known)
      rd_kafka_topic_partition_list_add(fresh.get(), one.topic, one.partition)->offset = one.offset;
  }
  (void)rd_kafka_assign(handle, list);
  // Stored at once: a restart before the first message must not skip what came meanwhile.
  if (fresh->cnt > 0) (void)rd_kafka_offsets_store(handle, fresh.get());
}

bool Kafka::begin(rd_kafka_topic_partition_t& partition) {
  std::int64_t oldest = 0, end = 0;
  if (rd_kafka_query_watermark_offsets(handle_, partition.topic, partition.partition, &oldest, &end,
                                       kKafkaAskMs))
    return false;
  const auto stopped_at = partition.offset;
  if (stopped_at >= oldest && stopped_at <= end) return true;
  if (stopped_at >= 0)
    feed_.gap(
        fmt::format("topic {} partition {} has offsets {} to {}, and we stopped at {}: what "
                    "was deleted there meanwhile is lost, and the oldest message is next",
                    partition.topic, partition.partition, oldest, end, stopped_at));
  partition.offset = config_.newest && stopped_at < 0 ? end : oldest;
  log::info("ingest", "a partition without a position is read",
            {{"source", feed_.name()},
             {"topic", partition.topic},
             {"partition", partition.partition},
             {"offset", partition.offset}});
  return true;
}

// Compacted topics and transactions have leaps that are no gaps, so the cluster is asked, but not
// for each.
void Kafka::leapt(const rd_kafka_message_t& message, std::int64_t expected) {
  const auto now = std::chrono::steady_clock::now();
  if (now - leapt_ < kKafkaProbe) return;
  leapt_ = now;
  std::int64_t oldest = 0, end = 0;
  const auto* topic = rd_kafka_topic_name(message.rkt);
  if (!rd_kafka_query_watermark_offsets(handle_, topic, message.partition, &oldest, &end,
                                        kKafkaAskMs) &&
      oldest > expected)
    feed_.gap(
        fmt::format("topic {} partition {}: offsets {} to {} were deleted before they were "
                    "read",
                    topic, message.partition, expected, message.offset - 1));
}

void Kafka::failed(const rd_kafka_message_t& message) {
  const std::string detail = rd_kafka_message_errstr(&message);
  log::write(log::Level::debug, "ingest", "librdkafka",
             {{"source", feed_.name()}, {"detail", detail}});
  if (message.err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
      message.err == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED) {
    refusal_ = explained(message.err, detail, servers_);
    refused_ = std::chrono::steady_clock::now();
  } else if (message.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
    doubtful_ = true;
  }
}

void Kafka::look() {
  const auto now = std::chrono::steady_clock::now();
  if (refusal_ && now - refused_ > kErrorLasts) refusal_.reset();
  if ((doubtful_ || trouble_) && now - probed_ >= kKafkaProbe) probe(now);
  if (refusal_) trouble_ = refusal_;
  if (now - counted_ < kLookAtLag) return;
  counted_ = now;
  lag_ = trouble_ ? -1 : count_lag();
}

void Kafka::probe(SteadyTime now) {
  probed_ = now;
  const rd_kafka_metadata_t* answer = nullptr;
  const auto code = rd_kafka_metadata(handle_, 1, nullptr, &answer, kKafkaAskMs);
  const std::unique_ptr<const rd_kafka_metadata_t, FreeKafka> data(answer);
  if (code) {
    trouble_ = error_ ? *error_ : explained(code, rd_kafka_err2str(code), servers_);
    return;
  }
  doubtful_ = false;
  error_.reset();
  trouble_ = missing_topics(*data);
}

std::optional<Error> Kafka::missing_topics(const rd_kafka_metadata_t& data) const {
  std::set<std::string_view> there;
  for (int i = 0; i < data.topic_cnt; ++i) {
    if (!data.topics[i].err) there.insert(data.topics[i].topic);
  }
  std::vector<std::string> missing;
  for (const auto& topic : config_.topics) {
    if (!topic.starts_with('^') && !there.contains(topic)) missing.push_back(topic);
  }
  if (missing.empty()) return std::nullopt;
  return Error{"no_topic",
               fmt::format("{} has no topic {} that the user may see: create it, or correct "
                           "\"topics\"",
                           servers_, fmt::join(missing, ", "))};
}

std::int64_t Kafka::count_lag() const {
  rd_kafka_topic_partition_list_t* assigned = nullptr;
  if (rd_kafka_assignment(handle_, &assigned)) return -1;
  const Partitions list(assigned);
  if (rd_kafka_position(handle_, assigned)) return -1;
  std::int64_t lag = 0;
  for (int i = 0; i < assigned->cnt; ++i) {
    const auto& one = assigned->elems[i];
    std::int64_t oldest = 0, end = 0;
    const auto code =
        rd_kafka_get_watermark_offsets(handle_, one.topic, one.partition, &oldest, &end);
    if (!code && one.offset >= 0) lag += std::max<std::int64_t>(0, end - one.offset);
  }
  return lag;
}

}  // namespace

Result<std::unique_ptr<BrokerConnection>> open_kafka(const BrokerPlace& place) {
  auto kafka = std::make_unique<Kafka>(*place.source.broker, place.feed);
  if (auto done = kafka->open(); !done) return std::unexpected(done.error());
  return kafka;
}

}  // namespace alarum::ingest
