#include "ingest/poll/cloud_eye_source.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/sdk_signature.h"
#include "journal/file.h"

namespace alarum::ingest {
namespace {

namespace asio = http::asio;

struct Endpoint {
  std::string scheme, host, path;  // `host` as the request's header says it: with a port that is not the scheme's own
};

Endpoint endpoint_of(std::string_view url) {
  Endpoint out;
  const auto scheme = url.find("://");
  out.scheme = url.substr(0, scheme);
  url.remove_prefix(scheme + 3);
  const auto slash = std::min(url.find('/'), url.size());
  out.host = url.substr(0, slash);
  out.path = url.substr(slash);
  const std::string_view own = out.scheme == "https" ? ":443" : ":80";
  if (out.host.ends_with(own)) out.host.resize(out.host.size() - own.size());
  return out;
}

std::string encoded_path(std::string_view path) {
  std::string out;
  for (const char c : path) out += c == '/' ? "/" : percent_encode(std::string_view(&c, 1));
  return out;
}

}  // namespace

CloudEyeSource::CloudEyeSource(config::Source config, Intake& intake, const std::string& data, http::Client& client)
    : Source(std::move(config), intake), client_(client), folder_(data + "/positions"), state_(hex64(fnv1a(config_.name)) + ".json"), how_(std::make_shared<const config::Http>(config_.cloud_eye->http)) {}

Result<void> CloudEyeSource::open(Workers&) {
  journal::PosixFileSystem files;
  if (auto made = files.make_folder(folder_); !made) return made;
  const auto text = journal::read_file(files, folder_ + "/" + state_);
  if (!text && text.error().reason != "not_found") return std::unexpected(text.error());
  if (text) {
    const auto place = read_cloud_eye_state(*text);
    if (!place) return fail("bad_state", fmt::format("{}/{} does not say how far {} was read ({}): remove it to begin anew", folder_, state_, config_.name, place.error().message));
    saved_ = *place;
  }
  poll_ = std::make_unique<CloudEyePoll>(*config_.cloud_eye, endpoint_of(config_.cloud_eye->url).host, saved_);
  return {};
}

void CloudEyeSource::start(Workers& workers) {
  log::info("ingest", "asking Cloud Eye", {{"source", config_.name}, {"project", config_.cloud_eye->project}, {"since", saved_ ? format_rfc3339(*saved_) : "the beginning"}});
  tasks_.spawn(workers.disk(), config_.name, [this] { return run(); });
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

// False: the daemon ends.
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
  if (answer) poll_->answered({answer->head.status, answer->head.header("date"), answer->body, answer->head.retry_after}, feed_.now());
  else poll_->failed(answer.error().message, feed_.now());
  feed_.counts().connections = poll_->healthy() ? 1 : 0;
}

http::Ask CloudEyeSource::signed_request(const CloudEyePoll::Ask& what) const {
  const auto& eye = *config_.cloud_eye;
  const auto endpoint = endpoint_of(eye.url);
  const SdkRequest request{"GET", endpoint.host, endpoint.path + what.path, what.query, sdk_date(what.date), ""};
  std::string query;
  for (const auto& [name, value] : what.query) query += (query.empty() ? "?" : "&") + percent_encode(name) + '=' + percent_encode(value);
  http::Ask out;
  out.url = endpoint.scheme + "://" + endpoint.host + encoded_path(request.path) + query;
  out.headers = {"X-Sdk-Date: " + request.date, "Content-Type: application/json", "Authorization: " + sdk_authorization(request, eye.access_key.reveal(), eye.secret_key.reveal())};
  out.how = how_;
  out.over = over_;
  return out;
}

void CloudEyeSource::tell() {
  using Kind = CloudEyePoll::Note::Kind;
  for (const auto& note : poll_->notes()) {
    if (note.kind == Kind::gap) feed_.gap(note.error.message);
    else if (note.kind == Kind::refused) feed_.reject(model::Format::ces, endpoint_of(config_.cloud_eye->url).host, "an event", note.error, note.text);
    else if (note.kind == Kind::trouble) log::warn("ingest", "Cloud Eye is not to be asked as it should be", {{"source", config_.name}, {"reason", note.error.reason}, {"detail", note.error.message}});
    else log::info("ingest", "Cloud Eye answers again", {{"source", config_.name}});
  }
}

void CloudEyeSource::save() {
  const auto place = poll_->place();
  if (!place || place == saved_) return;
  journal::PosixFileSystem files;
  if (auto done = journal::replace_file(files, folder_, state_, cloud_eye_state_json(*place)); !done) {
    log::error("ingest", "the place is not written: after a restart more is asked again", {{"source", config_.name}, {"detail", done.error().message}});
    return;
  }
  saved_ = place;
}

}  // namespace alarum::ingest
