#include "ingest/stream/sources.h"

#include <algorithm>
#include <thread>

#include "base/log.h"
#include "ingest/broker/broker_source.h"
#include "ingest/broker/kafka.h"
#include "ingest/broker/mqtt.h"
#include "ingest/broker/nats.h"
#include "ingest/poll/cloud_eye_source.h"
#include "ingest/stream/datagrams.h"
#include "ingest/stream/listener.h"
#include "ingest/stream/redfish_subscription.h"
#include "ingest/stream/sse.h"
#include "ingest/stream/standard_input.h"
#include "ingest/stream/tail.h"

namespace alarum::ingest {
namespace {

// What only one source at a time can have: a port, a path, or else its name.
std::string place_of(const config::Source& source) {
  using Kind = config::Source::Kind;
  if (source.kind == Kind::tcp || source.kind == Kind::udp)
    return (source.kind == Kind::tcp ? "tcp:" : "udp:") + source.listen.text();
  return source.kind == Kind::unix_socket ? "unix:" + source.path : source.name;
}

}  // namespace

Sources::Sources(Intake& intake, const Snapshot<config::PushIngest>& pushes, DataFolder data)
    : intake_(intake),
      pushes_(pushes),
      data_(std::move(data)),
      workers_(std::thread::hardware_concurrency()) {}

Sources::~Sources() {
  stop(std::chrono::milliseconds(0));
  // The coroutines of lingering sources are destroyed with the contexts, after this destructor, and
  // refer to them until then. So they are moved to a vector that is never destroyed; a static
  // reference to it keeps leak checkers quiet.
  static auto& for_good = *new std::vector<std::unique_ptr<Source>>;
  for (auto& source : lingering_) for_good.push_back(std::move(source));
}

// Without a default, so that the compiler names a kind that is forgotten here.
std::unique_ptr<Source> Sources::make(config::Source source) {
  using Kind = config::Source::Kind;
  switch (source.kind) {
    case Kind::standard_input:
      return std::make_unique<StandardInput>(std::move(source), intake_, pushes_);
    case Kind::file:
      return std::make_unique<Tail>(std::move(source), intake_, pushes_, data_);
    case Kind::udp:
      return std::make_unique<Datagrams>(std::move(source), intake_, pushes_);
    case Kind::redfish:
      return std::make_unique<RedfishSubscription>(std::move(source), intake_, data_, client());
    case Kind::cloud_eye:
      return std::make_unique<CloudEyeSource>(std::move(source), intake_, data_, client());
    case Kind::sse:
      return std::make_unique<Sse>(std::move(source), intake_, pushes_, data_, client());
    case Kind::kafka:
      return std::make_unique<BrokerSource>(std::move(source), intake_, pushes_, open_kafka);
    case Kind::mqtt:
      return std::make_unique<BrokerSource>(std::move(source), intake_, pushes_, open_mqtt);
    case Kind::nats:
      return std::make_unique<BrokerSource>(std::move(source), intake_, pushes_, open_nats);
    case Kind::tcp:
    case Kind::unix_socket:
      break;
  }
  return std::make_unique<Listener>(std::move(source), intake_, pushes_);
}

http::Client& Sources::client() {
  if (!client_) client_ = std::make_unique<http::Client>();
  return *client_;
}

Result<void> Sources::prepare(const std::vector<config::Source>& wanted) {
  wanted_ = wanted;
  prepared_.clear();
  for (const auto& one : wanted) {
    const auto same = [&](const auto& running) { return running->config() == one; };
    if (const auto running = std::ranges::find_if(running_, same); running != running_.end()) {
      auto renewed = (*running)->renew();
      if (renewed) continue;
      prepared_.clear();
      return renewed;
    }
    const auto in_its_place = [&](const auto& running) {
      return place_of(running->config()) == place_of(one);
    };
    Prepared next{make(one), std::ranges::none_of(running_, in_its_place)};
    auto opened = next.opened ? next.source->open(workers_) : Result<void>();
    if (!opened) {
      prepared_.clear();
      return opened;
    }
    prepared_.push_back(std::move(next));
  }
  return {};
}

void Sources::adopt(std::chrono::milliseconds grace) {
  if (!prepared_.empty() && !std::exchange(started_, true)) workers_.start();
  std::vector<std::unique_ptr<Source>> leaving;
  {
    const std::lock_guard lock(mutex_);
    const auto unwanted = std::ranges::stable_partition(running_, [&](const auto& source) {
      return std::ranges::find(wanted_, source->config()) != wanted_.end();
    });
    leaving.assign(std::make_move_iterator(unwanted.begin()),
                   std::make_move_iterator(unwanted.end()));
    running_.erase(unwanted.begin(), unwanted.end());
    missing_.clear();  // those that are still wanted are in prepared_
  }
  end(std::move(leaving), grace);
  for (auto& source : running_) source->use_fresh();
  for (auto& prepared : prepared_) {
    if (begin(std::move(prepared))) continue;
    log::error("ingest", "a source could not be begun; it is tried every few seconds",
               {{"source", missing_.back().config.name}, {"reason", missing_.back().reason}});
  }
  prepared_.clear();
}

// Opens and starts a source. False if that failed; then it is in missing_.
bool Sources::begin(Prepared prepared) {
  auto opened = prepared.opened ? Result<void>() : prepared.source->open(workers_);
  if (opened) prepared.source->start(workers_);
  const std::lock_guard lock(mutex_);
  const auto& config = prepared.source->config();
  std::erase_if(missing_, [&](const Missing& one) { return one.config == config; });
  if (!opened)
    missing_.push_back({config, opened.error().message});
  else
    running_.push_back(std::move(prepared.source));
  return opened.has_value();
}

// A source stays in missing_ until it runs, so that readiness shows it between two attempts, too.
void Sources::retry(std::chrono::milliseconds grace) {
  std::vector<std::unique_ptr<Source>> failed;
  std::vector<Missing> missing;
  {
    const std::lock_guard lock(mutex_);
    const auto works = [](const auto& source) { return source->fault().empty(); };
    const auto first = std::ranges::stable_partition(running_, works).begin();
    failed.assign(std::make_move_iterator(first), std::make_move_iterator(running_.end()));
    running_.erase(first, running_.end());
    for (const auto& source : failed) missing_.push_back({source->config(), source->fault()});
    missing = missing_;
  }
  end(std::move(failed), grace);
  for (auto& one : missing) {
    if (!begin({make(one.config), false})) continue;
    log::info("ingest", "a source runs again", {{"source", one.config.name}});
  }
}

std::vector<std::string> Sources::faults() const {
  std::vector<std::string> faults;
  const std::lock_guard lock(mutex_);
  for (const auto& one : missing_)
    faults.push_back(one.config.name + " does not run: " + one.reason);
  for (const auto& source : running_) {
    if (const auto fault = source->fault(); !fault.empty())
      faults.push_back(source->config().name + " does not run: " + fault);
    if (const auto why = source->feed().trouble(); !why.empty())
      faults.push_back(source->config().name + " cannot read: " + why);
    if (const auto lost = source->feed().lost_place(); !lost.empty()) faults.push_back(lost);
  }
  return faults;
}

void Sources::end(std::vector<std::unique_ptr<Source>> sources, std::chrono::milliseconds grace) {
  for (auto& source : sources) source->stop();
  const auto deadline = std::chrono::steady_clock::now() + grace;
  const auto done = [](const auto& source) { return source->done(); };
  while (!std::ranges::all_of(sources, done) && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  for (auto& source : sources) {
    if (source->done()) continue;
    log::warn("ingest", "a source did not end in time", {{"source", source->config().name}});
    lingering_.push_back(std::move(source));
  }
}

void Sources::stop(std::chrono::milliseconds grace) {
  if (std::exchange(stopped_, true)) return;
  std::vector<std::unique_ptr<Source>> all;
  {
    const std::lock_guard lock(mutex_);
    all.swap(running_);
  }
  end(std::move(all), grace);
  workers_.stop();
  if (client_) client_->stop();
}

void Sources::each(const std::function<void(const std::string&, const FeedCounts&)>& tell) const {
  const std::lock_guard lock(mutex_);
  for (const auto& source : running_) tell(source->config().name, source->feed().counts());
}

std::map<std::string, bool> Sources::states() const {
  std::map<std::string, bool> states;
  const std::lock_guard lock(mutex_);
  for (const auto& one : missing_) states[one.config.name] = false;
  for (const auto& source : running_)
    states[source->config().name] = source->fault().empty() && source->feed().trouble().empty();
  return states;
}

}  // namespace alarum::ingest
