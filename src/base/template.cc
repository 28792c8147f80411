#include "base/template.h"

#include <fmt/format.h>

#include <algorithm>
#include <kainjow/mustache.hpp>
#include <tuple>

#include "base/ascii.h"

namespace alarum {
namespace {

namespace mustache = kainjow::mustache;

// Stands before the names of sections in the text for the library. The library asks for variables
// and sections in the same way, but a missing name means something else for each.
constexpr char kSection = '?';
constexpr std::string_view kBlank = " \t\r\n";

bool legal_name(std::string_view name) {
  if (name.empty() || name.starts_with('.') || name.ends_with('.') ||
      name.find("..") != std::string_view::npos)
    return false;
  if (name.find_first_of("{}\n\r") != std::string_view::npos) return false;
  return std::string_view("#^/&!>=?").find(name.front()) == std::string_view::npos;
}

// A text and the variable behind it. The name is empty if there is none.
struct Piece {
  std::string text, name;
};

// Reads the tags, refuses those that are not supported, and writes a text for the library that has
// only the few forms that it needs to know.
class Scanner {
 public:
  Scanner(std::string_view text, const Template::Partials& partials)
      : text_(text), partials_(partials) {}

  Result<void> scan() {
    if (text_.size() > kMaxTemplateText) return too_long();
    std::size_t at = 0;
    while ((start_ = text_.find("{{", at)) != std::string_view::npos) {
      add_text(text_.substr(at, start_ - at));
      auto end = tag();
      if (!end) return std::unexpected(end.error());
      if (!is_partial_) whole_ += text_.substr(start_, *end - start_);
      at = *end;
    }
    add_text(text_.substr(at));
    if (whole_.size() > kMaxTemplateText) return too_long();
    if (open_.size() == opened_by_others_) return {};
    return fault(fmt::format("section \"{}\" is not closed: \"{{{{/{}}}}}\" is missing",
                             open_.back(), open_.back()));
  }

  std::string plain_;  ///< the text for the library
  std::string whole_;  ///< the text with the partials in their places
  std::vector<Piece> pieces_;
  bool sections_ = false;
  std::vector<std::string> names_;

 private:
  std::unexpected<Error> fault(std::string message) const {
    return fail("bad_template", std::move(message));
  }
  std::unexpected<Error> too_long() const {
    return fault(fmt::format("a template longer than {} bytes", kMaxTemplateText));
  }
  std::string here() const { return fmt::format("at byte {}", start_ + 1); }

  void add_text(std::string_view text) {
    plain_ += text;
    whole_ += text;
    pieces_.push_back({std::string(text), {}});
  }

  // Reads the tag at start_ and returns where it ends.
  Result<std::size_t> tag() {
    const bool triple = text_.substr(start_).starts_with("{{{");
    const std::string_view close = triple ? "}}}" : "}}";
    const auto inside = start_ + close.size();
    const auto end = text_.find(close, inside);
    if (end == std::string_view::npos)
      return fault(fmt::format("the tag {} is not closed: \"{}\" is missing", here(), close));
    const auto content = trimmed(text_.substr(inside, end - inside), kBlank);
    is_partial_ = !triple && content.starts_with('>');
    auto done = triple ? variable(content) : dispatch(content);
    if (!done) return std::unexpected(done.error());
    return end + close.size();
  }

  Result<void> dispatch(std::string_view content) {
    if (content.empty()) return fault(fmt::format("the tag {} has no name", here()));
    const auto name = trimmed(content.substr(1), kBlank);
    switch (content.front()) {
      case '!':
        return {};
      case '>':
        return partial(name);
      case '=':
        return fault(fmt::format("delimiter changes ({}) are not available", here()));
      case '#':
      case '^':
        return open(content.front(), name);
      case '/':
        return close(name);
      case '&':
        return variable(name);
      default:
        return variable(content);
    }
  }

  Result<void> variable(std::string_view name) {
    if (auto good = remember(name); !good) return good;
    plain_ += fmt::format("{{{{&{}}}}}", name);
    pieces_.back().name = name;
    return {};
  }

  Result<void> open(char kind, std::string_view name) {
    if (auto good = remember(name); !good) return good;
    if (open_.size() == kMaxTemplateDepth)
      return fault(fmt::format("sections nested deeper than {} ({})", kMaxTemplateDepth, here()));
    open_.emplace_back(name);
    sections_ = true;
    plain_ += fmt::format("{{{{{}{}{}}}}}", kind, kSection, name);
    return {};
  }

  // Reads the partial as if it stood in the place of its tag.
  Result<void> partial(std::string_view name) {
    if (!partials_ || inside_partial_)
      return fault(fmt::format("partials (\"{{{{>{}}}}}\" {}) are not available{}", name, here(),
                               inside_partial_ ? " in partials" : ""));
    const auto text = partials_(name);
    if (!text) return fault(fmt::format("{} ({})", text.error().message, here()));
    const auto outer = std::tuple(text_, start_, opened_by_others_);
    text_ = *text;
    opened_by_others_ = open_.size();
    inside_partial_ = true;
    auto done = scan();
    inside_partial_ = false;
    std::tie(text_, start_, opened_by_others_) = outer;
    is_partial_ = true;
    if (done) return {};
    return fault(fmt::format("in \"{}\": {}", name, done.error().message));
  }

  Result<void> close(std::string_view name) {
    if (open_.size() == opened_by_others_)
      return fault(fmt::format("\"{{{{/{}}}}}\" {} closes no section", name, here()));
    if (open_.back() != name)
      return fault(
          fmt::format("\"{{{{/{}}}}}\" {} closes section \"{}\"", name, here(), open_.back()));
    open_.pop_back();
    plain_ += fmt::format("{{{{/{}{}}}}}", kSection, name);
    return {};
  }

  Result<void> remember(std::string_view name) {
    if (!legal_name(name))
      return fault(
          fmt::format("\"{}\" {} is not a name: a path such as \"subject\" or \"content.npu\" is",
                      name, here()));
    if (std::find(names_.begin(), names_.end(), name) == names_.end()) names_.emplace_back(name);
    return {};
  }

  std::string_view text_;  // the template, or the partial that is being read
  const Template::Partials& partials_;
  std::size_t start_ = 0;    // of the tag that is being read
  bool is_partial_ = false;  // that tag
  std::vector<std::string> open_;
  std::size_t opened_by_others_ = 0;  // of open_: not by the partial that is being read
  bool inside_partial_ = false;
};

std::string value_of(const std::string& name, const Template::Lookup& lookup, std::size_t& missing,
                     const Template::Escape& escape) {
  auto value = lookup(name);
  if (!value) {
    ++missing;
    value = fmt::format("<no {}>", name);
  }
  return escape ? escape(*value) : std::move(*value);
}

// Answers the library's questions for values with a Lookup. The library reads a value before it
// asks for the next one, so one member is enough to hold it.
class Context final : public mustache::basic_context<std::string> {
 public:
  Context(const Template::Lookup& lookup, const Template::Escape& escape, std::size_t& missing)
      : lookup_(lookup), escape_(escape), missing_(missing) {}

  void push(const mustache::data*) override {}
  void pop() override {}
  const mustache::data* get_partial(const std::string&) const override { return nullptr; }

  const mustache::data* get(const std::string& name) const override {
    if (name.front() == kSection) return section(std::string_view(name).substr(1));
    value_ = mustache::data(value_of(name, lookup_, missing_, escape_));
    return &value_;
  }

 private:
  const mustache::data* section(std::string_view name) const {
    const auto value = lookup_(name);
    return value && !value->empty() && *value != "false" ? &yes_ : nullptr;
  }

  const Template::Lookup& lookup_;
  const Template::Escape& escape_;
  std::size_t& missing_;
  mutable mustache::data value_;
  const mustache::data yes_{true};
};

}  // namespace

struct Template::Body {
  std::string text;
  std::vector<std::string> names;
  std::vector<Piece> pieces;
  // Without sections, rendering joins `pieces` and does not need the library. This is several times
  // faster.
  bool sections = false;
  // render() is not const because it stores partials and lambdas. There are none here, so any
  // thread may call it.
  mutable mustache::mustache parsed;
};

Result<Template> Template::parse(std::string_view text, const Partials& partials) {
  Scanner scanner(text, partials);
  if (auto done = scanner.scan(); !done) return std::unexpected(done.error());
  mustache::mustache parsed(scanner.plain_);
  if (!parsed.is_valid()) return fail("bad_template", parsed.error_message());
  return Template(std::make_shared<const Body>(
      Body{std::move(scanner.whole_), std::move(scanner.names_), std::move(scanner.pieces_),
           scanner.sections_, std::move(parsed)}));
}

const std::vector<std::string>& Template::names() const {
  return body_->names;
}
const std::string& Template::text() const {
  return body_->text;
}

std::string Template::render(const Lookup& lookup, std::size_t& missing,
                             const Escape& escape) const {
  if (!body_->sections) {
    std::string out;
    for (const auto& [text, name] : body_->pieces) {
      out += text;
      if (!name.empty()) out += value_of(name, lookup, missing, escape);
    }
    return out;
  }
  Context context(lookup, escape, missing);
  return body_->parsed.render(context);
}

}  // namespace alarum
