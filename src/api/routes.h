#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/change_log.h"
#include "api/event_filter.h"
#include "api/readiness.h"
#include "base/histogram.h"
#include "base/random.h"
#include "base/result.h"
#include "config/config.h"
#include "engine/stage.h"
#include "http/completion.h"
#include "http/router.h"
#include "match/generation.h"

namespace alarum::api {

/// What the engine's thread knows of itself.
struct EngineNumbers {
  engine::Processor::Counts changes;
  correlate::Counts correlate;
  std::uint64_t firing = 0;
  std::optional<alert::Book::Counts> book = {};  ///< nothing: it does not answer
  std::uint64_t missing_names = 0;
  std::uint64_t keys = 0;               ///< remembered by all rules together
  std::uint64_t processing_errors = 0;  ///< Processor::parked_count()
  engine::Annulments::Counts annulled = {};
  std::uint64_t not_gathered = 0;  ///< Gathering::without_key()
  std::map<model::Severity, std::uint64_t> firing_by_severity = {};
  std::map<std::string, std::size_t> firing_by_rule = {}, keys_by_rule = {};
  std::vector<alert::Book::Pending> pending = {};  ///< by target; only where `book` is there
};

/// The part of the config that the API shows. Immutable; a reload puts another in its place.
struct ConfigView {
  std::shared_ptr<const config::Routing> routing;
  std::vector<std::string> receivers;
  config::Silences silences;
  Duration resolve_timeout = std::chrono::minutes(5);  ///< of posted alerts without an end
  std::string shown = {};                              ///< the file without its secrets
};

/// What became of the requests to a target of a receiver. Times by the wall clock.
struct TargetState {
  std::string target;
  std::size_t waiting = 0;  ///< notifications that delivery has of it, those in flight too
  std::size_t in_flight = 0;
  bool circuit_open = false;
  std::optional<Time> last_success, last_failure;  ///< since the start
  std::string detail, answer;                      ///< of the last failure
  /// Since the start: requests that were accepted, and failed ones by reason; notifications by how
  /// they ended.
  std::uint64_t accepted = 0, delivered = 0, dead = 0, dropped = 0;
  std::map<std::string, std::uint64_t> failed = {};
  HistogramValues durations = {};  ///< of requests that have ended
};
using TargetStates = std::vector<TargetState>;

/// What engine and delivery answered for the metrics page. nullopt: no answer in time, so their
/// metrics are left out.
struct MetricsAnswers {
  std::optional<EngineNumbers> engine;
  std::optional<TargetStates> targets;
};

/// Events of the journal as `GET /api/v1/events` shows them.
struct EventPage {
  std::string json;        ///< `{"events": […], "next": OFFSET}`
  model::Offset next = 0;  ///< where the next page begins
  std::size_t count = 0;   ///< of the events
};

/// An answer for people and for programs.
struct TextAndJson {
  std::string text, json;
};

class RuleTrials;

/// What `GET /api/v1/explain` asks for.
struct ExplainQuestion {
  std::string id;                       ///< of an event or an alert; empty: `offset`
  std::optional<model::Offset> offset;  ///< of an event
  bool all = false;                     ///< also the rules of which nothing fits
};

/// What the API asks the rest of the daemon for. All are called on an HTTP thread and must not
/// block.
struct Sources {
  std::function<std::string(const MetricsAnswers&)> metrics;  ///< the page's text
  std::function<std::vector<ReadinessCheck>()> ready;
  /// Reloads, or says only what that would do (`dry`). Errors: `bad_rules`, `stopping`, those of
  /// the journal.
  std::function<void(bool dry, http::Completion<Result<TextAndJson>>)> reload;
  /// `GET /api/v1/inventory`: a JSON object
  std::function<std::string()> inventory;
  /// Stores an inventory and reloads with it; nullopt: the one of the rule files again. Errors as
  /// of `reload`, and those of the disk.
  std::function<void(std::optional<std::string> text, http::Completion<Result<TextAndJson>>)>
      send_inventory;
  /// Where everything went, counted now. Errors: `stopping`, those of the book
  std::function<void(http::Completion<Result<TextAndJson>>)> ledger;
  std::function<std::shared_ptr<const ConfigView>()> config_view;
  /// Matches and commits posted alerts; the offset of the last one. Errors: those of the journal,
  /// `overloaded`.
  std::function<http::asio::awaitable<Result<model::Offset>>(std::vector<model::Event>)> commit;
  /// Journal::submit_control.
  std::function<bool(model::Payload, std::function<void(Result<model::Offset>)>)> control;
  std::function<Time()> now;  ///< wall clock
  Random* random = nullptr;   ///< of new ids; any thread
  Time started;
  /// `GET /api/v1/status`: a JSON object; nullopt: delivery does not answer
  std::function<std::string(const std::optional<TargetStates>&)> status;
  /// Has delivery say the state of each target, once, on any thread. False: it does not any more.
  std::function<bool(std::function<void(TargetStates)> done)> targets;
  /// The newest events and bodies that were refused, oldest first: JSON objects
  std::function<std::vector<std::string>()> rejected;
  std::function<std::shared_ptr<const match::Generation>()> generation;
  /// Events that fitted each rule since the start, by its name
  std::function<std::map<std::string, std::uint64_t>()> matches;
  std::string config_file;  ///< empty: none
  /// What became of that event or alert. Errors: `not_found`, `busy`, `stopping`, those of the
  /// journal.
  std::function<void(const ExplainQuestion&, http::Completion<Result<TextAndJson>>)> explain;
  /// Sends a receiver a test notification: a JSON list of what each integration made of it. Errors:
  /// `not_found`, `busy`, `stopping`, `exception`.
  std::function<void(const std::string& receiver, http::Completion<Result<std::string>>)>
      test_receiver;
  /// A page of the journal's events. Waits for the disk: on a helper. Errors: the journal's.
  std::function<Result<EventPage>(model::Offset from, std::size_t most, const EventFilter& filter)>
      events;
  std::function<model::Offset()> journal_end;  ///< the offset that the next record will have
  ChangeLog* changes = nullptr;                ///< what the engine has changed of late
  RuleTrials* trials = nullptr;                ///< nullptr: nobody tries rules here
  engine::Stage* engine = nullptr;
};

/// Adds the page (page.h), `/metrics`, `/-/healthy`, `/-/ready`, `POST /-/reload`, `GET
/// /api/v1/rules/plan`, `GET`, `PUT` and `DELETE /api/v1/inventory`, `GET /api/v1/ledger`, `GET
/// /api/v1/processing-errors`, `GET /api/v1/status`, the routes of trial_routes.h and what
/// alertmanager_routes.h names.
void add_routes(http::Router& router, const Sources& sources);

/// Adds `GET /api/v1/routes`: every route with its method, its path and whose credentials it asks
/// for (http::Access). To be called after every route has been added.
void add_route_table(http::Router& router);

}  // namespace alarum::api
