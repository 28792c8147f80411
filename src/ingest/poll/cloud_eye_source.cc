#include "ingest/poll/cloud_eye_source.h"

#include <fmt/format.h>

#include "base/log.h"
#include "base/percent.h"
#include "base/sdk_signature.h"

namespace alarum::ingest {
namespace {

namespace asio = http::asio;

// The endpoint with the authority that goes into the header Host and the signature: the scheme's
// own port is removed.
Url endpoint_of(const std::string& text) {
  Url url(text);
  const std::string_view own = url.scheme == "https" ? ":443" : ":80";
  if (url.authority.ends_with(own)) url.authority.resize(url.authority.size() - own.size());
  return url;
}

std::string encoded_path(std::string_view path) {
  std::string out;
  for (const char c : path) out += c == '/' ? "/" : percent_encode(std::string_view(&c, 1));
  return out;
}

}  // namespace

CloudEyeSource::CloudEyeSource(config::Source config, Intake& intake, const DataFolder& data,
                               http::Client& client)
    : Source(std::move(config), intake),
      client_(client),
      file_(data, config_.name),
      endpoint_(endpoint_of(config_.cloud_eye->url)),
      how_(std::make_shared<const config::Http>(config_.cloud_eye->http)) {}

Result<void> CloudEyeSource::open(Workers&) {
  const auto text = file_.read();
  if (!text) return std::unexpected(text.error());
  if (*text) {
    const auto place = read_cloud_eye_state(**text);
    if (place)
      saved_ = *place;
    else if (auto done =
                 feed_.lose_place(file_, place.error(), "it begins as if for the first time");
             !done)
      return done;
  }
  poll_ = std::make_unique<CloudEyePoll>(*config_.cloud_eye, endpoint_.authority, saved_);
  return {};
}

void CloudEyeSource::start(Workers& workers) {
  log::info("ingest", "asking Cloud Eye",
            {{"source", config_.name},
             {"project", config_.cloud_eye->project},
             {"since", saved_ ? format_rfc3339(*saved_) : "the beginning"}});
  tasks_.keep(workers.disk(), config_.name, [this] { return run(); });
}

void CloudEyeSource::stop() {
  *over_ = true;
  client_.nudge();
  Source::stop();
}

asio::awaitable<void> CloudEyeSource::run() {
  for (bool go_on = true; go_on && !feed_.stopping();) {
    auto step = poll_->next(feed_.now());
    tell();
    save();
    go_on = co_await take(std::move(step));
  }
}

// Does one step. False: the daemon is stopping.
asio::awaitable<bool> CloudEyeSource::take(CloudEyePoll::Step step) {
  if (auto* commit = std::get_if<CloudEyePoll::Commit>(&step)) {
    auto outcomes = co_await feed_.commit(std::move(commit->events));
    if (!outcomes) co_return false;
    poll_->committed();
  } else if (const auto* what = std::get_if<CloudEyePoll::Ask>(&step)) {
    co_await ask(*what);
  } else if (const auto span = std::get<CloudEyePoll::Pause>(step).span; span > Duration(0)) {
    co_await feed_.sleep(std::chrono::ceil<std::chrono::milliseconds>(span));
  }
  co_return true;
}

asio::awaitable<void> CloudEyeSource::ask(const CloudEyePoll::Ask& what) {
  auto request = signed_request(what);
  const auto answer = co_await client_.ask(std::move(request));
  if (feed_.stopping()) co_return;
  if (answer)
    poll_->answered(
        {answer->head.status, answer->head.header("date"), answer->body, answer->head.retry_after},
        feed_.now());
  else
    poll_->failed(answer.error().message, feed_.now());
  feed_.counts().connections = poll_->healthy() ? 1 : 0;
}

http::ClientRequest CloudEyeSource::signed_request(const CloudEyePoll::Ask& what) const {
  const auto& eye = *config_.cloud_eye;
  const SdkRequest request{"GET",      endpoint_.authority, endpoint_.rest + what.path,
                           what.query, sdk_date(what.date), ""};
  std::string query;
  for (const auto& [name, value] : what.query)
    query += (query.empty() ? "?" : "&") + percent_encode(name) + '=' + percent_encode(value);
  http::ClientRequest out;
  out.url = endpoint_.scheme + "://" + endpoint_.authority + encoded_path(request.path) + query;
  out.headers = {"X-Sdk-Date: " + request.date, "Content-Type: application/json",
                 "Authorization: " +
                     sdk_authorization(request, eye.access_key.reveal(), eye.secret_key.reveal())};
  out.how = how_;
  out.over = over_;
  return out;
}

void CloudEyeSource::tell() {
  using Kind = CloudEyePoll::Note::Kind;
  for (const auto& note : poll_->notes()) {
    if (note.kind == Kind::gap)
      feed_.gap(note.error.message);
    else if (note.kind == Kind::refused)
      feed_.reject(model::Format::ces, endpoint_.authority, "an event", note.error, note.text);
    else if (note.kind == Kind::trouble)
      log::warn("ingest", "Cloud Eye is not to be asked as it should be",
                {{"source", config_.name},
                 {"reason", note.error.reason},
                 {"detail", note.error.message}});
    else
      log::info("ingest", "Cloud Eye answers again", {{"source", config_.name}});
  }
}

void CloudEyeSource::save() {
  const auto place = poll_->place();
  if (!place || place == saved_) return;
  if (auto done = file_.write(cloud_eye_state_json(*place)); !done) {
    log::error("ingest", "the place is not written: after a restart more is asked again",
               {{"source", config_.name}, {"detail", done.error().message}});
    return;
  }
  saved_ = place;
}

}  // namespace alarum::ingest
