// GET /api/v1/stream: what changes.
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>

#include "api/alert_walk.h"
#include "api/ask.h"
#include "api/silences.h"
#include "api/stream_parts.h"
#include "api/suppressions.h"
#include "base/hash.h"
#include "http/offload.h"

namespace alarum::api {
namespace {

using Json = nlohmann::ordered_json;
using Entry = ChangeLog::Entry;

constexpr std::size_t kPieces = 8;      // of changes that are sent in a round at most
constexpr std::size_t kFewChanged = 8;  // alerts whose text is made at once where they are
constexpr Duration kBetweenRounds = std::chrono::milliseconds(400);

std::string line_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// The engine as one short question sees it.
struct Glance {
  std::size_t firing = 0;
  model::Offset processed = 0;
  std::string generation;
  std::map<std::string, std::uint64_t> silences;  // a digest of each, by id
};

std::uint64_t digest_of(const model::Silence& silence, Time now) {
  std::string text;
  for (const auto at : {silence.starts_at, silence.ends_at, silence.updated_at})
    text += std::to_string(at.time_since_epoch().count()) + ' ';
  return fnv1a(text + silence.comment + static_cast<char>('0' + int(silence.state(now))));
}

std::uint64_t digest_of(const alert::Dispatcher::Status& status) {
  auto digest = kFnvOffset;
  for (const auto* list : {&status.silenced_by, &status.inhibited_by, &status.muted_by}) {
    for (const auto& name : *list) digest = fnv1a(name + '\n', digest);
    digest = fnv1a("|", digest);
  }
  return digest;
}

Glance glance_at(const engine::Engine& engine, const engine::Processor& processor, Time now) {
  Glance glance{engine.active_alerts().all().size(), processor.next_offset(), "", {}};
  if (engine.generation()) glance.generation = engine.generation()->rules().hash;
  for (const auto& [id, silence] : processor.dispatcher().silences().all())
    glance.silences.emplace(id, digest_of(silence, now));
  return glance;
}

// A few alerts of a sweep, and behind which one it goes on; nullopt: that was all.
struct Sweep {
  std::vector<Suppressions::Look> looks;
  std::optional<alert::ActiveAlerts::Id> next;
};

Sweep sweep_from(const alert::ActiveAlerts::Id& after, const engine::Engine& engine,
                 const engine::Processor& processor, Time now) {
  Sweep sweep;
  const auto& all = engine.active_alerts().all();
  auto at = all.upper_bound(after);
  for (; at != all.end() && sweep.looks.size() < kPortion; ++at) {
    const auto status = processor.dispatcher().status(at->second.alert, now);
    sweep.looks.push_back({at->second.alert.id, at->first, digest_of(status)});
    sweep.next = at->first;
  }
  if (at == all.end()) sweep.next.reset();
  return sweep;
}

/// What all live streams share. Whichever stream comes first in a round looks at the engine for all
/// of them, and enters into the log what the engine does not report by itself: silences, rules, and
/// what suppresses alerts.
class Live {
 public:
  explicit Live(Kept sources)
      : sources_(std::move(sources)),
        log_(*sources_->changes),
        epoch_(hex64(sources_->random->next())) {}

  ChangeLog& log() { return log_; }
  const Sources& sources() const { return *sources_; }
  /// Differs at each start of the daemon.
  const std::string& epoch() const { return epoch_; }

  /// Looks at the engine if nobody else does, or has done so in this round.
  asio::awaitable<void> round() {
    if (looks_.exchange(true)) co_return;
    const Looking looking{looks_};
    const auto now = sources_->now();
    const bool early = now >= looked_ && now - looked_ < kBetweenRounds;
    if (early && life_ == log_.life()) co_return;
    looked_ = now;
    if (std::exchange(life_, log_.life()) != log_.life()) begin_life();
    LiveQuestion<Glance> question = [now](const auto& engine, const auto& processor) {
      return glance_at(engine, processor, now);
    };
    auto glance = co_await ask(*sources_->engine, question);
    if (!glance) co_return;
    take(*glance);
    const auto causes = log_.causes();
    if (!is_sweep_due(++rounds_, glance->firing, causes != causes_) && suppressions_.complete())
      co_return;
    rounds_ = 0, causes_ = causes;
    const bool whole = co_await sweep(now);
    if (whole) swept_life_ = life_;
  }

  /// Whether status changes of alerts are noticed, so that a client may read the list now.
  bool is_watching() const { return swept_life_ == log_.life(); }
  /// `{"now", "firing", "processed"}`
  std::string tick() const {
    return line_of({{"now", format_rfc3339(sources_->now())},
                    {"firing", firing_.load()},
                    {"processed", processed_.load()}});
  }

 private:
  // The mark of the one who looks. It goes with the coroutine, also where that is cut off.
  struct Looking {
    std::atomic<bool>& mark;
    ~Looking() { mark = false; }
  };

  void begin_life() {
    suppressions_.forget();
    silences_.reset();
    generation_.clear();
  }

  void take(Glance& glance) {
    firing_ = glance.firing, processed_ = glance.processed;
    if (!generation_.empty() && generation_ != glance.generation)
      log_.note({ChangeLog::Kind::reload, ""});
    generation_ = std::move(glance.generation);
    auto before = std::exchange(silences_, std::move(glance.silences));
    if (!before) return;
    for (const auto& [id, digest] : *silences_) {
      const auto known = before->find(id);
      if (known == before->end() || known->second != digest)
        log_.note({ChangeLog::Kind::silence, id});
    }
    for (const auto& [id, digest] : *before)
      if (!silences_->contains(id)) log_.note({ChangeLog::Kind::silence, id});
  }

  // False if the engine did not answer. The next sweep then begins again.
  asio::awaitable<bool> sweep(Time now) {
    std::vector<Entry> changed;
    for (std::optional<alert::ActiveAlerts::Id> from = alert::ActiveAlerts::Id(); from;) {
      LiveQuestion<Sweep> question = [after = *from, now](const auto& engine,
                                                          const auto& processor) {
        return sweep_from(after, engine, processor, now);
      };
      auto some = co_await ask(*sources_->engine, question);
      if (!some) co_return false;
      for (const auto& one : some->looks) suppressions_.look(one, changed);
      from = std::move(some->next);
    }
    suppressions_.end();
    for (auto& one : changed) log_.note(std::move(one));
    co_return true;
  }

  const Kept sources_;
  ChangeLog& log_;
  const std::string epoch_;
  std::atomic<bool> looks_ = false;
  std::atomic<std::uint64_t> swept_life_ = 0;
  std::atomic<std::size_t> firing_ = 0;
  std::atomic<model::Offset> processed_ = 0;
  // Touched by the one who looks alone
  Time looked_;
  std::uint64_t life_ = 0, causes_ = 0;  // of the log
  std::size_t rounds_ = 0;               // since the last sweep
  Suppressions suppressions_;
  std::string generation_;
  std::optional<std::map<std::string, std::uint64_t>> silences_;
};

// How the things of a piece of the log are now.
struct Now {
  std::vector<AlertView> alerts;
  Json gone = Json::array();
  std::vector<model::Silence> silences;
  Json gone_silences = Json::array(), comments = Json::array();
  bool reload = false;
};

void look_up_alert(const Entry& entry, const engine::Engine& engine,
                   const engine::Processor& processor, Time now, Now& out) {
  auto view = firing_view(entry.place, entry.id, engine, processor, now);
  if (view) return out.alerts.push_back(std::move(*view));
  auto& gone = out.gone.emplace_back(Json{{"id", entry.id}, {"reason", entry.reason}});
  if (entry.ends_at) gone["endsAt"] = format_rfc3339(*entry.ends_at);
}

void look_up(const Entry& entry, const engine::Engine& engine, const engine::Processor& processor,
             Time now, Now& out) {
  switch (entry.kind) {
    case ChangeLog::Kind::alert:
      return look_up_alert(entry, engine, processor, now, out);
    case ChangeLog::Kind::silence:
      if (const auto* silence = processor.dispatcher().silences().find(entry.id))
        out.silences.push_back(*silence);
      else
        out.gone_silences.push_back(entry.id);
      return;
    case ChangeLog::Kind::comment:
      out.comments.push_back(entry.id);
      return;
    case ChangeLog::Kind::reload:
      out.reload = true;
  }
}

// `{"changed": […], "gone": […]}`
std::string changes_line(const std::string& items, const Json& gone) {
  return "{\"changed\":[" + items + "],\"gone\":" + line_of(gone) + '}';
}

std::string silence_items(const std::vector<model::Silence>& silences, Time now) {
  std::string items;
  for (const auto& one : silences) {
    auto text = silence_text(one, now);
    while (text.ends_with('\n')) text.pop_back();
    items += (items.empty() ? "" : ",") + text;
  }
  return items;
}

std::string text_of(const Now& found, const std::string& id, Time now, const Sources& sources) {
  std::string text;
  if (!found.alerts.empty() || !found.gone.empty())
    text += stream_event("alerts", id, changes_line(items_json(found.alerts), found.gone));
  if (!found.silences.empty() || !found.gone_silences.empty())
    text += stream_event("silences", id,
                         changes_line(silence_items(found.silences, now), found.gone_silences));
  if (!found.comments.empty())
    text += stream_event("comments", id, line_of({{"alerts", found.comments}}));
  if (found.reload) {
    const auto generation = sources.generation();
    text += stream_event("reload", id,
                         line_of({{"generation", generation->rules().hash},
                                  {"rules", rules::own_rules(generation->rules())}}));
  }
  return text;
}

/// One client's stream.
class LiveStream {
 public:
  LiveStream(std::shared_ptr<Live> live, StreamPlace place, const http::Request& request,
             asio::thread_pool* helpers)
      : live_(std::move(live)),
        place_(std::move(place)),
        clock_(live_->sources().config_view(), request.stopping),
        helpers_(helpers),
        resumes_(request.header("last-event-id").value_or("")),
        number_(live_->log().open()) {}
  LiveStream(const LiveStream&) = delete;
  LiveStream& operator=(const LiveStream&) = delete;
  ~LiveStream() { live_->log().close(); }

  /// The next events; waits until there are some. Empty: the end.
  asio::awaitable<Result<std::string>> next() {
    if (ended_) co_return "";
    http::Timer timer(co_await asio::this_coro::executor);
    for (;;) {
      if (begun_ && pieces_ == 0) co_await timer.pause(kStreamRound);
      const auto why = clock_.next_round(live_->sources().config_view());
      if (!why.empty()) {
        ended_ = true;
        co_return stream_event("stop", id(), line_of({{"reason", why}}));
      }
      co_await live_->round();
      auto text = begun_ ? std::string() : begin();
      if (begun_) text += co_await read();
      if (begun_ && text.empty() && clock_.tick_due())
        text = stream_event("tick", id(), live_->tick());
      if (!begun_) co_await timer.pause(std::chrono::milliseconds(50));
      if (text.empty()) continue;
      clock_.sent();
      co_return text;
    }
  }

 private:
  std::string id() const { return live_->epoch() + '-' + std::to_string(number_); }

  // The first events, once the streams notice every change.
  std::string begin() {
    if (!live_->is_watching()) return "";
    begun_ = true;
    const auto dash = resumes_.find('-');
    if (resumes_.empty()) return reset("begin");
    if (dash == std::string::npos || resumes_.substr(0, dash) != live_->epoch())
      return reset("restarted");
    std::uint64_t said = 0;
    const auto* const end = resumes_.data() + resumes_.size();
    const auto read = std::from_chars(resumes_.data() + dash + 1, end, said);
    if (read.ec != std::errc() || read.ptr != end || !live_->log().after(said, 0))
      return reset("behind");
    number_ = said;
    return stream_event("resumed", id(), "{}") + stream_event("tick", id(), live_->tick());
  }

  std::string reset(std::string_view reason) {
    return stream_event("reset", id(), line_of({{"reason", reason}})) +
           stream_event("tick", id(), live_->tick());
  }

  // What changed since number_; empty: nothing, or the engine does not answer.
  asio::awaitable<std::string> read() {
    const auto piece = live_->log().after(number_, kPortion);
    if (!piece) {
      number_ = live_->log().newest();
      co_return reset("behind");
    }
    pieces_ = piece->entries.size() == kPortion && pieces_ < kPieces ? pieces_ + 1 : 0;
    if (piece->entries.empty()) co_return "";
    const auto now = live_->sources().now();
    const auto entries = std::make_shared<const std::vector<Entry>>(piece->entries);
    LiveQuestion<Now> question = [entries, now](const auto& engine, const auto& processor) {
      Now out;
      for (const auto& one : *entries) look_up(one, engine, processor, now, out);
      return out;
    };
    auto found = co_await ask(*live_->sources().engine, question);
    if (!found) co_return "";
    number_ = piece->next;
    const auto name = id();
    const auto write = [&] { return text_of(*found, name, now, live_->sources()); };
    auto* const helpers = found->alerts.size() > kFewChanged ? helpers_ : nullptr;
    auto text = co_await http::offload(helpers, write);
    co_return text;
  }

  const std::shared_ptr<Live> live_;
  const StreamPlace place_;
  StreamClock clock_;
  asio::thread_pool* const helpers_;
  const std::string resumes_;  // Last-Event-ID
  std::uint64_t number_;       // of the newest change that was sent
  std::size_t pieces_ = 0;     // that were sent in this round, if more are waiting
  bool begun_ = false, ended_ = false;
};

Answer begin_stream(std::shared_ptr<Live> live, StreamPlace::Count places,
                    const http::Request& request, http::BodyStream& body) {
  auto place = StreamPlace::take(places);
  if (!place) co_return too_many_streams();
  const auto stream =
      std::make_shared<LiveStream>(live, std::move(*place), request, body.helpers());
  auto response = stream_response();
  response.more = [stream] { return stream->next(); };
  co_return response;
}

}  // namespace

void add_live_stream(http::Router& router, const std::shared_ptr<const Sources>& sources,
                     const StreamPlace::Count& places) {
  const auto live = std::make_shared<Live>(sources);
  router.add("GET", "/api/v1/stream", http::Access::view,
             [live, places](http::Request& request, http::BodyStream& body) {
               return begin_stream(live, places, request, body);
             });
}

}  // namespace alarum::api
