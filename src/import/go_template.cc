#include "import/go_template.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/ascii.h"
#include "base/template.h"

namespace alarum::import {
namespace {

constexpr std::string_view kBlank = " \t\r\n";
constexpr std::size_t kMaxNesting = 16;
constexpr std::size_t kMaxTag = 512;  // bytes; bounds the recursion over nested expressions

struct Failed {
  std::string reason;
};

struct Token {
  bool action = false;
  std::string text;
};

// Cuts the template into texts and tags. `{{-` and `-}}` remove the white space beside them.
std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  bool trim = false;
  while (true) {
    const auto open = text.find("{{");
    auto before = text.substr(0, open);
    if (trim) before.remove_prefix(std::min(before.find_first_not_of(kBlank), before.size()));
    const auto inside = open == std::string_view::npos ? std::string_view() : text.substr(open + 2);
    const bool trim_before =
        inside.size() > 1 && inside[0] == '-' && kBlank.find(inside[1]) != std::string_view::npos;
    if (trim_before) before = before.substr(0, before.find_last_not_of(kBlank) + 1);
    if (!before.empty()) tokens.push_back({false, std::string(before)});
    if (open == std::string_view::npos) return tokens;
    const auto close = inside.find("}}");
    if (close == std::string_view::npos) throw Failed{"a tag is not closed"};
    auto content = inside.substr(trim_before ? 1 : 0, close - (trim_before ? 1 : 0));
    trim = content.size() > 1 && content.ends_with('-') &&
           kBlank.find(content[content.size() - 2]) != std::string_view::npos;
    if (trim) content.remove_suffix(1);
    tokens.push_back({true, std::string(trimmed(content, kBlank))});
    text = inside.substr(close + 2);
  }
}

// The name in Alarum's templates for a field of the data, or of an alert within `range`.
std::optional<std::string> name_of_field(std::string_view field) {
  static constexpr std::pair<std::string_view, std::string_view> kFields[] = {
      {"Status", "status"},
      {"Receiver", "receiver"},
      {"ExternalURL", "external_url"},
      {"GroupKey", "group_key"},
      {"StartsAt", "starts_at"},
      {"EndsAt", "ends_at"},
      {"Fingerprint", "fingerprint"},
      {"CommonLabels.alertname", "alertname"},
      {"Labels.alertname", "alertname"},
      {"GroupLabels.alertname", "alertname"},
      {"GeneratorURL", "external_url"},
  };
  static constexpr std::pair<std::string_view, std::string_view> kMaps[] = {
      {"CommonLabels.", "labels."},
      {"Labels.", "labels."},
      {"GroupLabels.", "group."},
      {"CommonAnnotations.", "annotations."},
      {"Annotations.", "annotations."}};
  for (const auto& [theirs, ours] : kFields) {
    if (field == theirs) return std::string(ours);
  }
  static const re2::RE2 word("[A-Za-z_][A-Za-z0-9_]*");
  for (const auto& [theirs, ours] : kMaps) {
    const auto rest = field.substr(std::min(field.size(), theirs.size()));
    if (field.starts_with(theirs) && re2::RE2::FullMatch(rest, word))
      return std::string(ours) + std::string(rest);
  }
  return std::nullopt;
}

class Translator {
 public:
  Translator(std::vector<Token> tokens, Field field)
      : tokens_(std::move(tokens)), alerts_(field == Field::title ? "{{title}}" : "{{text}}") {}

  Translation translate() {
    Translation done;
    done.text = list();
    if (at_ < tokens_.size())
      throw Failed{fmt::format("{{{{ {} }}}} closes nothing", tokens_[at_].text)};
    done.differs = std::move(differs_);
    return done;
  }

 private:
  static std::string_view word(std::string_view text) {
    return text.substr(0, text.find_first_of(kBlank));
  }
  static std::string_view after_word(std::string_view text) {
    return trimmed(text.substr(word(text).size()), kBlank);
  }

  void differ(std::string what) {
    if (std::ranges::find(differs_, what) == differs_.end()) differs_.push_back(std::move(what));
  }

  // Up to the `else` or `end` of the block around it.
  std::string list() {
    std::string out;
    for (; at_ < tokens_.size(); ++at_) {
      const auto& token = tokens_[at_];
      const auto first = word(token.text);
      if (token.action && (first == "end" || first == "else")) return out;
      if (!token.action) {
        out += token.text;
      } else if (const auto made = action(token.text);
                 !(made == alerts_ && trimmed(out, kBlank).ends_with(made))) {
        out += made;
      }
    }
    return out;
  }

  std::string action(std::string_view text) {
    const auto first = word(text);
    if (text.starts_with("/*")) return {};
    if (text.size() > kMaxTag) throw Failed{"a tag is too long"};
    if (first == "if") return condition(after_word(text));
    if (first == "with") return with(after_word(text));
    if (first == "range") return range(after_word(text));
    if (first == "template") return named(after_word(text));
    if (first == "define" || first == "block") throw Failed{"it defines a template"};
    if (text.starts_with('$') && text.find('=') != std::string_view::npos)
      throw Failed{"it uses variables"};
    return value(text);
  }

  // Translates `if` with its `else` and `end`. Afterwards at_ is at the tag that closes it.
  std::string condition(std::string_view text) {
    auto [name, inverted] = test(text);
    return section(std::move(name), inverted);
  }

  std::string section(std::string name, bool inverted) {
    if (++depth_ > kMaxNesting) throw Failed{"it is nested too deep"};
    ++at_;
    const auto yes = list();
    std::string no;
    if (at_ < tokens_.size() && word(tokens_[at_].text) == "else") {
      const auto rest = std::string(after_word(tokens_[at_].text));
      if (rest.size() > kMaxTag) throw Failed{"a tag is too long"};
      if (rest.empty()) {
        ++at_;
        no = list();
      } else if (word(rest) == "if") {
        no = condition(after_word(rest));  // one `end` closes them all
      } else {
        throw Failed{fmt::format("{{{{ else {} }}}}", rest)};
      }
    }
    if (at_ >= tokens_.size() || word(tokens_[at_].text) != "end")
      throw Failed{"an {{ end }} is missing"};
    --depth_;
    const auto part = [&](char kind, const std::string& body) {
      return body.empty() ? std::string()
                          : fmt::format("{{{{{}{}}}}}{}{{{{/{}}}}}", kind, name, body, name);
    };
    return part(inverted ? '^' : '#', yes) + part(inverted ? '#' : '^', no);
  }

  // The name that a condition tests, and whether it is negated.
  std::pair<std::string, bool> test(std::string_view text) {
    text = bare(text);
    if (word(text) == "not") {
      auto [name, inverted] = test(after_word(text));
      return {std::move(name), !inverted};
    }
    static const re2::RE2 status(
        R"re((eq|ne)\s+(?:\$?\.Status\s+"(firing|resolved)"|"(firing|resolved)"\s+\$?\.Status))re");
    std::string op, one, other;
    if (re2::RE2::FullMatch(text, status, &op, &one, &other))
      return {(one + other) == "firing" ? "is_firing" : "is_resolved", op == "ne"};
    static const re2::RE2 any(
        R"((?:gt\s+)?\(?\s*(?:len\s+)?\(?\$?\.Alerts(\.Firing|\.Resolved)?\)?(?:\s*\|\s*len)?\s*\)?(?:\s+0)?)");
    if (re2::RE2::FullMatch(text, any, &one)) {
      if (one == ".Resolved")
        differ("what stands for resolved alerts is shown when all of them are over");
      return {one == ".Resolved" ? "is_resolved" : "is_firing", false};
    }
    for (const std::string_view function : {"eq", "ne", "gt", "lt", "ge", "le", "and", "or"}) {
      if (word(text) == function)
        throw Failed{fmt::format(
            "\"{}\" compares or combines, and our templates only ask whether a name has a value",
            text)};
    }
    return {name(text), false};
  }

  std::string with(std::string_view text) {
    auto of = name(text);
    dots_.push_back(of);
    auto made = section(std::move(of), false);
    dots_.pop_back();
    return made;
  }

  std::string range(std::string_view text) {
    static const re2::RE2 alerts(
        R"((?:\$\w+\s*,\s*)?(?:\$\w+\s*:=\s*)?\$?\.Alerts(?:\.Firing|\.Resolved)?)"),
        pairs(
            R"re(\$?\.(CommonLabels|GroupLabels|CommonAnnotations|Labels|Annotations)(?:\.SortedPairs)?)re");
    const bool of_alerts = re2::RE2::FullMatch(text, alerts);
    if (!of_alerts && !re2::RE2::FullMatch(text, pairs))
      throw Failed{fmt::format("{{{{ range {} }}}}", text)};
    skip_block();
    differ(of_alerts
               ? alerts_ == "{{title}}"
                     ? "our own title stands where the original goes through the alerts"
                     : "our own list of the alerts stands where the original goes through them"
               : "the labels that tell the alert from others stand where the original goes through "
                 "labels");
    return of_alerts ? alerts_ : "{{where}}";
  }

  // Skips to the `end` of the block that begins at at_.
  void skip_block() {
    for (std::size_t open = 1; ++at_ < tokens_.size();) {
      const auto first = tokens_[at_].action ? word(tokens_[at_].text) : std::string_view();
      if (first == "if" || first == "with" || first == "range" || first == "block" ||
          first == "define")
        ++open;
      if (first == "end" && --open == 0) return;
    }
    throw Failed{"an {{ end }} is missing"};
  }

  static std::string named(std::string_view text) {
    static const re2::RE2 title(
        R"re("(?:[a-z0-9]+\.default\.(?:title|subject|summary)|__subject)".*)re"),
        body(
            R"re("(?:[a-z0-9]+\.default\.(?:text|message|description|html|content)|__text_alert_list\w*)".*)re");
    if (re2::RE2::FullMatch(text, title)) return "{{title}}";
    if (re2::RE2::FullMatch(text, body)) return "{{text}}";
    if (text.starts_with("\"__alertmanagerURL\"")) return "{{external_url}}";
    throw Failed{fmt::format("it uses the template {} of a file", word(text))};
  }

  std::string value(std::string_view text) {
    if (text.size() > 1 && (text.front() == '"' || text.front() == '`') &&
        text.find(text.front(), 1) == text.size() - 1) {
      const auto literal = text.substr(1, text.size() - 2);
      if (literal == "\\n") return "\n";
      if (literal.find_first_of("\\{") != std::string_view::npos)
        throw Failed{fmt::format("the literal {}", text)};
      return std::string(literal);
    }
    return "{{" + name(text) + "}}";
  }

  // The expression without brackets around the whole of it.
  static std::string_view bare(std::string_view text) {
    text = trimmed(text, kBlank);
    while (text.starts_with('(') && text.find(')') == text.size() - 1)
      text = trimmed(text.substr(1, text.size() - 2), kBlank);
    return text;
  }

  // The one field that an expression shows, if its functions change only how that looks.
  std::string name(std::string_view text) {
    text = bare(text);
    static const re2::RE2 call(
        R"((toUpper|toLower|title|safeHtml|trimSpace|html|urlquery|len)\s+(.+))");
    std::string of, function, arguments;
    static const re2::RE2 piped(R"((.*)\|\s*([A-Za-z]+)\s*([^|]*))");
    if (re2::RE2::FullMatch(text, piped, &of, &function, &arguments))
      return dressed(function, of, arguments);
    if (re2::RE2::FullMatch(text, call, &function, &of)) return dressed(function, of, "");
    static const re2::RE2 index(R"re(index\s+(\$?\.\w+)\s+"(\w+)")re"),
        first(R"re(\(\s*index\s+\$?\.Alerts(?:\.Firing|\.Resolved)?\s+0\s*\)(\..+))re"),
        format(R"re((.+?At)(?:\.\w+\b(?:\s+\S+)?)*\.Format\s+".*")re");
    std::string key;
    if (re2::RE2::FullMatch(text, index, &of, &key)) return name(of + "." + key);
    if (re2::RE2::FullMatch(text, first, &of)) {
      differ("of several alerts only what they share is shown, not what the first one says");
      return name(of);
    }
    if (re2::RE2::FullMatch(text, format, &of)) {
      differ("times stand in RFC 3339");
      return name(of);
    }
    if (text == "." && !dots_.empty()) return dots_.back();
    if (text.starts_with('$')) text.remove_prefix(1);
    const auto found = text.starts_with('.') ? name_of_field(text.substr(1)) : std::nullopt;
    if (!found) throw Failed{fmt::format("our templates have no \"{}\"", text)};
    if (text.ends_with(".GeneratorURL"))
      differ("the link leads to this bridge, not to the alert's source");
    return *found;
  }

  std::string dressed(const std::string& function, std::string_view of,
                      std::string_view arguments) {
    of = bare(of);
    if (function == "len") {
      if (of == ".Alerts.Resolved" || of == "$.Alerts.Resolved") return "resolved";
      if (of == ".Alerts") differ("the number of alerts is that of those that fire");
      if (of == ".Alerts.Firing" || of == ".Alerts" || of == "$.Alerts.Firing") return "firing";
    }
    static const re2::RE2 values(R"(\$?\.(GroupLabels|CommonLabels)\.(SortedPairs\.)?Values)");
    if (function == "join" && re2::RE2::FullMatch(of, values)) {
      differ("the alert's name stands for the values of its group");
      return "alertname";
    }
    if (function == "toUpper" || function == "toLower" || function == "title")
      differ("capitals are as in the value");
    else if (function != "safeHtml" && function != "safeUrl" && function != "trimSpace" &&
             function != "html" && function != "urlquery")
      throw Failed{
          fmt::format("the function {}{}{}", function, arguments.empty() ? "" : " ", arguments)};
    return name(of);
  }

  std::vector<Token> tokens_;
  const std::string alerts_;  // what replaces a loop over the alerts
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::vector<std::string> dots_;  // the meanings of `.` in nested blocks, innermost last
  std::vector<std::string> differs_;
};

}  // namespace

Result<Translation> translate_go_template(std::string_view text, Field field) {
  if (text.size() > kMaxTemplateText) return fail("not_translated", "it is too long");
  try {
    auto done = Translator(tokens_of(text), field).translate();
    const auto good = Template::parse(done.text);
    if (!good) return fail("not_translated", good.error().message);
    return done;
  } catch (const Failed& failed) {
    return fail("not_translated", failed.reason);
  }
}

bool is_default_template(std::string_view text) {
  static const re2::RE2 plain(R"re(\{\{-?\s*template\s+"[a-z0-9]+\.default\.\w+"\s+\.\s*-?\}\})re");
  return re2::RE2::FullMatch(trimmed(text, kBlank), plain);
}

}  // namespace alarum::import
