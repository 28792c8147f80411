#include "cli/client_settings.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/fields.h"
#include "base/url.h"
#include "config/config.h"

namespace alarum::cli {
namespace {

constexpr auto kDefaultUrl = "http://127.0.0.1:9797";

// What stands in the person's file.
struct PersonalFile {
  std::string path, url, token, token_file, ca_file;
};

std::string personal_path(const ClientWorld& world) {
  const auto folder = world.environment("XDG_CONFIG_HOME");
  if (folder && !folder->empty()) return *folder + "/alarum/config.yaml";
  const auto home = world.environment("HOME");
  return home && !home->empty() ? *home + "/.config/alarum/config.yaml" : "";
}

Result<PersonalFile> personal_file(const ClientWorld& world) {
  PersonalFile out{personal_path(world), "", "", "", ""};
  if (out.path.empty()) return out;
  const auto text = world.read(out.path);
  if (!text && text.error().reason == "not_found") return out;
  if (!text) return std::unexpected(text.error());
  Diagnostics faults;
  const auto root = parse_yaml(*text, out.path, faults);
  if (root && expect_kind(*root, Node::Kind::mapping, out.path, "a mapping", faults)) {
    check_keys(*root, {{"url", "token", "token_file", "ca_file"}, {}}, out.path, faults);
    for (const auto& [name, into] :
         {std::pair("url", &out.url), std::pair("token", &out.token),
          std::pair("token_file", &out.token_file), std::pair("ca_file", &out.ca_file)}) {
      if (const auto* node = root->find(name))
        *into = read_string(*node, name, faults).value_or("");
    }
  }
  auto text_of = faults.text();
  while (text_of.ends_with('\n')) text_of.pop_back();
  if (!faults.ok()) return fail("bad_client_config", text_of);
  return out;
}

Result<std::string> token_in(const std::string& path, const std::string& named_by,
                             const ClientWorld& world) {
  auto text = world.read(path);
  if (!text)
    return fail("bad_token_file", fmt::format("the token file that {} names cannot be read: {}",
                                              named_by, text.error().message));
  auto line = text->substr(0, text->find('\n'));
  while (line.ends_with('\r') || line.ends_with(' ')) line.pop_back();
  return line;
}

Result<void> find_token(ClientSettings& out, const PersonalFile& file, const ClientWorld& world) {
  const auto take_file = [&](const std::string& path, const std::string& named_by) -> Result<void> {
    auto token = token_in(path, named_by, world);
    if (!token) return std::unexpected(token.error());
    out.token = std::move(*token);
    out.token_from = fmt::format("{} ({})", named_by, path);
    return {};
  };
  if (const auto said = world.environment("ALARUM_TOKEN"))
    return out.token = *said, out.token_from = "ALARUM_TOKEN", Result<void>();
  if (const auto path = world.environment("ALARUM_TOKEN_FILE"))
    return take_file(*path, "ALARUM_TOKEN_FILE");
  if (!file.token.empty()) out.token = file.token, out.token_from = file.path;
  if (file.token.empty() && !file.token_file.empty())
    return take_file(file.token_file, "token_file of " + file.path);
  return {};
}

Result<std::string> checked_url(std::string url, const std::string& from) {
  while (url.ends_with('/')) url.pop_back();
  if (url.find("://") == std::string::npos) url = "http://" + url;
  const Url parts(url);
  if ((parts.scheme != "http" && parts.scheme != "https") || parts.host().empty())
    return fail("bad_url", fmt::format("{} says \"{}\", which is no address of a daemon: write "
                                       "http://HOST:PORT or https://HOST",
                                       from, without_query(url)));
  return url;
}

}  // namespace

bool ClientSettings::on_loopback() const {
  auto host = Url(url).host();
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return config::Address{host, 0}.is_loopback();
}

ClientWorld client_world() {
  return {[](const std::string& name) -> std::optional<std::string> {
            const char* value = std::getenv(name.c_str());
            return value && *value ? std::optional<std::string>(value) : std::nullopt;
          },
          [](const std::string& path) -> Result<std::string> {
            errno = 0;
            std::ifstream in(path, std::ios::binary);
            std::ostringstream text;
            if (in) text << in.rdbuf();
            if (in) return text.str();
            const bool absent = errno == ENOENT || errno == ENOTDIR;
            return fail(absent ? "not_found" : "io_error",
                        path + ": " + std::strerror(errno == 0 ? EIO : errno));
          }};
}

Result<ClientSettings> client_settings(const std::string& url, const ClientWorld& world) {
  const auto file = personal_file(world);
  if (!file) return std::unexpected(file.error());
  ClientSettings out;
  out.url = kDefaultUrl, out.url_from = "the default";
  if (!file->url.empty()) out.url = file->url, out.url_from = file->path;
  if (const auto said = world.environment("ALARUM_URL"))
    out.url = *said, out.url_from = "ALARUM_URL";
  if (!url.empty()) out.url = url, out.url_from = "--url";
  auto checked = checked_url(std::move(out.url), out.url_from);
  if (!checked) return std::unexpected(checked.error());
  out.url = std::move(*checked);
  if (auto found = find_token(out, *file, world); !found) return std::unexpected(found.error());
  out.ca_file = world.environment("ALARUM_CA_FILE").value_or(file->ca_file);
  return out;
}

bool asks_daemon(const std::string& url, bool names_folder, const ClientWorld& world) {
  if (!url.empty() || names_folder) return !url.empty();
  if (world.environment("ALARUM_URL")) return true;
  const auto file = personal_file(world);
  return file && !file->url.empty();
}

}  // namespace alarum::cli
