#include "ingest/broker/mqtt.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/log.h"

namespace alarum::ingest {
namespace {

constexpr int kMqttPatienceMs = 100, kMqttConnectMs = 5000, kMqttKeepAlive = 60;
constexpr auto kMqttHandshake = std::chrono::seconds(10);  // TLS, CONNACK and SUBACK
// Messages that the broker sends at most before the first of them is acknowledged
constexpr std::uint16_t kMqttInFlight = 1000;
constexpr std::uint32_t kMqttSessionForever = 0xFFFFFFFF;  // MQTT 5 section 3.1.2.11.2

struct FreeMqtt {
  void operator()(mosquitto* client) const { mosquitto_destroy(client); }
  void operator()(mosquitto_property* list) const { mosquitto_property_free_all(&list); }
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

struct MqttServer {
  std::string host;
  int port = 1883;
};

// `mqtt://host:port`; the reader of the config has checked it.
MqttServer mqtt_server_of(const std::string& url, bool encrypted) {
  const auto scheme = url.find("://");
  auto rest = scheme == url.npos ? url : url.substr(scheme + 3);
  MqttServer server{rest, encrypted ? 8883 : 1883};
  const auto colon = rest.rfind(':');
  if (colon != rest.npos && rest.find(']', colon) == rest.npos) {
    server.host = rest.substr(0, colon);
    server.port = std::atoi(rest.c_str() + colon + 1);
  }
  if (server.host.starts_with('[') && server.host.ends_with(']'))
    server.host = server.host.substr(1, server.host.size() - 2);
  return server;
}

// Whether one address takes a connection. The library's own attempt would wait for as long as the
// kernel tries, which is minutes.
Result<void> answers(const MqttServer& server) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* made = nullptr;
  const int fault =
      ::getaddrinfo(server.host.c_str(), std::to_string(server.port).c_str(), &hints, &made);
  const std::unique_ptr<addrinfo, FreeMqtt> addresses(made);
  if (fault) return fail("no_address", ::gai_strerror(fault));
  int why = ECONNREFUSED;
  for (const auto* one = made; one; one = one->ai_next) {
    const int handle = ::socket(one->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (handle < 0) continue;
    pollfd event{handle, POLLOUT, 0};
    why = ::connect(handle, one->ai_addr, one->ai_addrlen) == 0 ? 0 : errno;
    if (why == EINPROGRESS) {
      socklen_t size = sizeof why;
      if (::poll(&event, 1, kMqttConnectMs) != 1)
        why = ETIMEDOUT;
      else
        (void)::getsockopt(handle, SOL_SOCKET, SO_ERROR, &why, &size);
    }
    ::close(handle);
    if (why == 0) return {};
  }
  return fail("unreachable", std::strerror(why));
}

class Mqtt final : public BrokerConnection {
 public:
  explicit Mqtt(const BrokerPlace& place)
      : config_(*place.source.broker),
        feed_(place.feed),
        again_(place.again),
        url_(config_.servers.front()) {}
  ~Mqtt() override;
  /// Once, before anything else. `version`: MQTT_PROTOCOL_V5 or V311.
  Result<void> open(int version);
  /// Whether the broker refused the version of the protocol.
  bool wrong_version() const { return wrong_version_; }

  Result<std::vector<BrokerMessage>> read() override;
  Result<void> acknowledge() override;
  State state() const override { return {}; }

 private:
  Result<void> configure(int version);
  // Reads and writes until the broker has confirmed the subscriptions.
  Result<void> shake_hands();
  Result<void> turn(int wait_ms, bool write);
  static void on_connect(mosquitto*, void* self, int code, int flags, const mosquitto_property*);
  static void on_subscribe(mosquitto*, void* self, int, int count, const int* granted,
                           const mosquitto_property*);
  static void on_message(mosquitto*, void* self, const mosquitto_message* message,
                         const mosquitto_property* properties);
  void refused(int code);
  std::unexpected<Error> unreachable(const std::string& detail) const;
  std::unexpected<Error> no_tls() const;

  const config::Broker& config_;
  Feed& feed_;
  const bool again_;
  const std::string url_;
  std::unique_ptr<mosquitto, FreeMqtt> client_;
  std::optional<Error> refusal_;
  int version_ = MQTT_PROTOCOL_V5;
  bool connected_ = false, subscribed_ = false, wrong_version_ = false, session_ = false;
  std::vector<BrokerMessage> messages_;  // what the callbacks have given since the last read()
  std::size_t bytes_ = 0;
};

// Without a farewell the broker sees the connection end, and keeps the session either way. A
// DISCONNECT would have to be written behind acknowledgements of what is not on disk.
Mqtt::~Mqtt() = default;

std::unexpected<Error> Mqtt::unreachable(const std::string& detail) const {
  return fail("unreachable", fmt::format("{} cannot be reached: does the broker run, and is the "
                                         "port right? ({})",
                                         url_, detail));
}

std::unexpected<Error> Mqtt::no_tls() const {
  return fail("tls_failed", fmt::format("TLS with {} failed: does the broker speak TLS on this "
                                        "port, and is tls_config right?",
                                        url_));
}

Result<void> Mqtt::configure(int version) {
  auto* client = client_.get();
  // The library then writes only where we say so: see the header.
  (void)mosquitto_threaded_set(client, true);
  (void)mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, version);
  (void)mosquitto_int_option(client, MOSQ_OPT_RECEIVE_MAXIMUM, kMqttInFlight);
  mosquitto_connect_v5_callback_set(client, on_connect);
  mosquitto_subscribe_v5_callback_set(client, on_subscribe);
  mosquitto_message_v5_callback_set(client, on_message);
  int code = MOSQ_ERR_SUCCESS;
  if (!config_.username.empty())
    code = mosquitto_username_pw_set(client, config_.username.c_str(),
                                     config_.password.reveal().c_str());
  const auto& tls = config_.tls;
  const auto path = [](const std::string& text) { return text.empty() ? nullptr : text.c_str(); };
  if (code == MOSQ_ERR_SUCCESS && config_.encrypted && tls.ca_file.empty())
    code = mosquitto_int_option(client, MOSQ_OPT_TLS_USE_OS_CERTS, 1);
  if (code == MOSQ_ERR_SUCCESS && config_.encrypted &&
      (!tls.ca_file.empty() || !tls.cert_file.empty()))
    code = mosquitto_tls_set(client, path(tls.ca_file),
                             tls.ca_file.empty() ? "/etc/ssl/certs" : nullptr, path(tls.cert_file),
                             path(tls.key_file), nullptr);
  if (code == MOSQ_ERR_SUCCESS && config_.encrypted && tls.insecure_skip_verify)
    code = mosquitto_tls_insecure_set(client, true);
  if (code == MOSQ_ERR_SUCCESS && config_.encrypted && tls.insecure_skip_verify)
    code = mosquitto_tls_opts_set(client, 0, nullptr, nullptr);
  if (code != MOSQ_ERR_SUCCESS)
    return fail("bad_settings",
                fmt::format("libmosquitto refuses the settings: {}", mosquitto_strerror(code)));
  return {};
}

Result<void> Mqtt::open(int version) {
  static const int ready = mosquitto_lib_init();
  version_ = version;
  const auto server = mqtt_server_of(url_, config_.encrypted);
  if (auto done = answers(server); !done) return unreachable(done.error().message);
  if (ready == MOSQ_ERR_SUCCESS) client_.reset(mosquitto_new(config_.group.c_str(), false, this));
  if (!client_) return fail("bad_settings", "libmosquitto gives no client");
  if (auto done = configure(version); !done) return done;
  mosquitto_property* made = nullptr;
  if (version == MQTT_PROTOCOL_V5)
    (void)mosquitto_property_add_int32(&made, MQTT_PROP_SESSION_EXPIRY_INTERVAL,
                                       kMqttSessionForever);
  const std::unique_ptr<mosquitto_property, FreeMqtt> properties(made);
  const int code = mosquitto_connect_bind_v5(client_.get(), server.host.c_str(), server.port,
                                             kMqttKeepAlive, nullptr, made);
  if (code == MOSQ_ERR_TLS) return no_tls();
  if (code != MOSQ_ERR_SUCCESS)
    return unreachable(code == MOSQ_ERR_ERRNO ? std::strerror(errno) : mosquitto_strerror(code));
  if (auto done = shake_hands(); !done) return done;
  log::info("ingest", "a broker is reached",
            {{"source", feed_.name()}, {"servers", url_}, {"session", session_ ? "kept" : "new"}});
  if (again_ && !session_)
    feed_.gap(
        "the broker has lost the session: what came while we were not connected is lost, if "
        "anything");
  return {};
}

Result<void> Mqtt::shake_hands() {
  const auto end = std::chrono::steady_clock::now() + kMqttHandshake;
  while (!subscribed_) {
    const auto done = turn(kMqttPatienceMs, messages_.empty());
    if (refusal_) return std::unexpected(*refusal_);
    if (!done) return done;
    if (std::chrono::steady_clock::now() >= end || feed_.stopping())
      return unreachable("no answer within 10 s");
    // Messages of the old session may come before the subscriptions are confirmed, and must be on
    // disk before anything is written: they are enough to begin with.
    if (!messages_.empty()) return {};
  }
  return {};
}

// One turn of the socket: reads what is there, after `wait_ms` at most; `write`: also writes.
Result<void> Mqtt::turn(int wait_ms, bool write) {
  auto* client = client_.get();
  const int handle = mosquitto_socket(client);
  if (handle < 0) return unreachable("the connection ended");
  pollfd event{handle, POLLIN, 0};
  if (write && mosquitto_want_write(client)) event.events |= POLLOUT;
  (void)::poll(&event, 1, wait_ms);
  int code = mosquitto_loop_read(client, 1);
  if (code == MOSQ_ERR_SUCCESS && write && messages_.empty())
    code = mosquitto_loop_write(client, 1);
  if (code == MOSQ_ERR_SUCCESS && write) code = mosquitto_loop_misc(client);
  if (code == MOSQ_ERR_SUCCESS) return {};
  if (code == MOSQ_ERR_TLS || (config_.encrypted && !connected_)) return no_tls();
  return unreachable(code == MOSQ_ERR_ERRNO ? std::strerror(errno) : mosquitto_strerror(code));
}

void Mqtt::refused(int code) {
  const bool v5 = code >= 128;
  // MQTT 3.1.1 section 3.2.2.3; MQTT 5 section 3.2.2.2
  wrong_version_ = code == 1 || code == MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION;
  const bool login = code == 4 || code == 5 || code == MQTT_RC_BAD_USERNAME_OR_PASSWORD ||
                     code == MQTT_RC_NOT_AUTHORIZED;
  const char* text = v5 ? mosquitto_reason_string(code) : mosquitto_connack_string(code);
  refusal_ = login
                 ? Error{"not_authenticated",
                         fmt::format("{} refuses the login: are username and password right? ({})",
                                     url_, text)}
                 : Error{"refused", fmt::format("{} refuses the connection: {}", url_, text)};
}

void Mqtt::on_connect(mosquitto* client, void* self, int code, int flags,
                      const mosquitto_property*) {
  auto& mqtt = *static_cast<Mqtt*>(self);
  if (code != 0) return mqtt.refused(code);
  mqtt.connected_ = true;
  mqtt.session_ = (flags & 1) != 0;
  std::vector<char*> topics;
  for (const auto& topic : mqtt.config_.topics) topics.push_back(const_cast<char*>(topic.c_str()));
  // Retained messages come when a subscription is new, and not each time that we connect.
  const int options = mqtt.version_ == MQTT_PROTOCOL_V5 ? MQTT_SUB_OPT_SEND_RETAIN_NEW : 0;
  const int done =
      mosquitto_subscribe_multiple(client, nullptr, static_cast<int>(topics.size()), topics.data(),
                                   static_cast<int>(mqtt.config_.qos), options, nullptr);
  if (done != MOSQ_ERR_SUCCESS)
    mqtt.refusal_ = Error{
        "bad_topic", fmt::format("\"topics\" are none that MQTT has: {} ({})",
                                 fmt::join(mqtt.config_.topics, ", "), mosquitto_strerror(done))};
}

void Mqtt::on_subscribe(mosquitto*, void* self, int, int count, const int* granted,
                        const mosquitto_property*) {
  auto& mqtt = *static_cast<Mqtt*>(self);
  mqtt.subscribed_ = true;
  for (int i = 0; i < count; ++i) {
    if (granted[i] >= 128)
      mqtt.refusal_ =
          Error{"not_allowed",
                fmt::format("the user may not read \"{}\" at {}",
                            mqtt.config_.topics.at(static_cast<std::size_t>(i)), mqtt.url_)};
  }
}

void Mqtt::on_message(mosquitto*, void* self, const mosquitto_message* from,
                      const mosquitto_property* properties) {
  auto& mqtt = *static_cast<Mqtt*>(self);
  auto& message = mqtt.messages_.emplace_back();
  message.payload.assign(static_cast<const char*>(from->payload),
                         static_cast<std::size_t>(from->payloadlen));
  message.sender = from->topic;
  message.place = "topic " + message.sender;
  for (; properties; properties = mosquitto_property_next(properties)) {
    char *name = nullptr, *value = nullptr;
    const int kind = mosquitto_property_identifier(properties);
    if (kind == MQTT_PROP_CONTENT_TYPE &&
        mosquitto_property_read_string(properties, kind, &value, false))
      message.media_type = value;
    if (kind == MQTT_PROP_USER_PROPERTY &&
        mosquitto_property_read_string_pair(properties, kind, &name, &value, false))
      message.attributes.emplace_back(name, value);
    std::free(name);
    std::free(value);
  }
  mqtt.bytes_ += message.size();
}

// Waits for the first message, and takes what is there behind it.
Result<std::vector<BrokerMessage>> Mqtt::read() {
  if (messages_.empty()) {
    if (auto done = turn(kMqttPatienceMs, true); !done && messages_.empty())
      return std::unexpected(done.error());
  }
  for (auto before = messages_.size();
       !messages_.empty() && bytes_ < kMostBytes && messages_.size() < kMostMessages;
       before = messages_.size()) {
    if (!turn(0, false) || messages_.size() == before) break;
  }
  if (refusal_) return std::unexpected(*refusal_);
  bytes_ = 0;
  return std::exchange(messages_, {});
}

// Writes the acknowledgements, which the library has prepared. If that fails, or the connection has
// ended meanwhile, the broker sends the messages again.
Result<void> Mqtt::acknowledge() {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(kMqttConnectMs);
  while (mosquitto_socket(client_.get()) >= 0 && mosquitto_want_write(client_.get())) {
    pollfd event{mosquitto_socket(client_.get()), POLLOUT, 0};
    (void)::poll(&event, 1, kMqttPatienceMs);
    if (const int code = mosquitto_loop_write(client_.get(), 1); code != MOSQ_ERR_SUCCESS)
      return unreachable(mosquitto_strerror(code));
    if (std::chrono::steady_clock::now() >= end) return unreachable("it does not read");
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<BrokerConnection>> open_mqtt(const BrokerPlace& place) {
  Result<void> done;
  for (const int version : {MQTT_PROTOCOL_V5, MQTT_PROTOCOL_V311}) {
    auto mqtt = std::make_unique<Mqtt>(place);
    done = mqtt->open(version);
    if (done) return mqtt;
    if (!mqtt->wrong_version()) break;
  }
  return std::unexpected(done.error());
}

}  // namespace alarum::ingest
