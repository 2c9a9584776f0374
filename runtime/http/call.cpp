#include "runtime/http/call.hpp"

#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "stacks/principal.hpp"

namespace quorate::http {

namespace {

using consensus::ChunkSlot;
using Json = nlohmann::json;
using Segments = std::vector<std::string_view>;

constexpr std::size_t max_segments = 8;

Error bad_path(std::string detail) { return {Errc::http_bad_path, std::move(detail)}; }
Error bad_query(std::string detail) { return {Errc::http_bad_query, std::move(detail)}; }
Error bad_body(std::string detail) { return {Errc::http_body_malformed, std::move(detail)}; }

template <class Number>
std::optional<Number> whole_number(std::string_view text) {
  Number out{};
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (text.empty() || failed != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return out;
}

/// What names, numbers and dots need; so nothing has to be unescaped, and nothing can be hidden.
bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.';
}

Result<Segments> split_path(std::string_view path) {
  if (path.empty() || path[0] != '/') return bad_path("a path begins with /");
  Segments out;
  path.remove_prefix(1);
  while (true) {
    const std::size_t slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    if (segment.empty() || segment == "." || segment == "..") {
      return bad_path("a part of the path is empty or made of dots");
    }
    if (!std::all_of(segment.begin(), segment.end(), is_plain)) {
      return bad_path("parts of paths are letters, digits, '-', '_' and '.'");
    }
    out.push_back(segment);
    if (out.size() > max_segments) return Errc::http_no_such_route;
    if (slash == std::string_view::npos) return out;
    path.remove_prefix(slash + 1);
  }
}

/// The values that a path's query may have.
struct Query {
  std::optional<std::uint64_t> generation;
  std::optional<std::uint32_t> slot;
  std::optional<std::string> contract;
};

Result<std::string> contract_name(std::string_view text) {
  const auto principal = stacks::parse_principal(text);
  if (!principal.ok() || !principal->is_contract()) {
    return bad_path("'" + std::string(text) + "' is no contract; write ADDRESS.name");
  }
  return stacks::to_text(*principal);
}

Result<> take_pair(std::string_view key, std::string_view value, Query& out) {
  const auto number = [&](auto& field) -> Result<> {
    using Number = typename std::decay_t<decltype(field)>::value_type;
    if (field) return bad_query(std::string(key) + " is given twice");
    field = whole_number<Number>(value);
    if (!field) return bad_query(std::string(key) + " is a whole number");
    return done();
  };
  if (key == "generation") return number(out.generation);
  if (key == "slot") return number(out.slot);
  if (key == "contract" && !out.contract) {
    auto name = contract_name(value);
    if (!name.ok()) return bad_query("contract is ADDRESS.name");
    out.contract = std::move(name).value();
    return done();
  }
  return bad_query("'" + std::string(key.substr(0, 32)) + "' is unknown or given twice");
}

Result<Query> parse_query(std::string_view text, std::string_view allowed) {
  Query out;
  while (!text.empty()) {
    const std::size_t end = text.find('&');
    const std::string_view pair = text.substr(0, end);
    const std::size_t equals = pair.find('=');
    const std::string_view key = pair.substr(0, equals);
    const bool is_allowed =
        !key.empty() && key.find(' ') == std::string_view::npos &&
        fmt::format(" {} ", allowed).find(fmt::format(" {} ", key)) != std::string::npos;
    if (!is_allowed || equals == std::string_view::npos) {
      return bad_query(allowed.empty() ? "this path takes no query"
                                       : "known here: " + std::string(allowed));
    }
    TRY(take_pair(key, pair.substr(equals + 1), out));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return out;
}

Result<ChunkSlot> slot_of(std::string_view text) {
  const auto slot = whole_number<std::uint32_t>(text);
  if (!slot) return bad_path("'" + std::string(text) + "' is no slot number");
  return ChunkSlot{*slot};
}

/// A JSON object of bounded depth. @returns http_body_malformed.
Result<Json> parse_object(std::string_view body) {
  bool is_deep = false;
  const auto bounded = [&](int depth, Json::parse_event_t, Json&) {
    is_deep = is_deep || depth > static_cast<int>(max_json_depth);
    return !is_deep;
  };
  Json document = Json::parse(body.begin(), body.end(), bounded, false);
  if (is_deep) return bad_body("too many levels");
  if (!document.is_object()) return bad_body("a JSON object is needed");
  return document;
}

Result<std::uint64_t> number_in(const Json& document, const char* key, std::uint64_t high) {
  const auto at = document.find(key);
  if (at == document.end() || !at->is_number_unsigned() || at->get<std::uint64_t>() > high) {
    return bad_body(fmt::format("{} is a whole number from 0 to {}", key, high));
  }
  return at->get<std::uint64_t>();
}

Result<Bytes> hex_in(const Json& document, const char* key, std::size_t max_bytes) {
  const auto at = document.find(key);
  const Error wrong =
      bad_body(fmt::format("{} is text: up to {} hexadecimal digits, an even "
                           "number of them",
                           key, 2 * max_bytes));
  if (at == document.end() || !at->is_string()) return wrong;
  const auto& text = at->get_ref<const std::string&>();
  if (text.size() > 2 * max_bytes) return wrong;
  auto bytes = from_hex(text);
  if (!bytes.ok()) return wrong;
  return std::move(bytes).value();
}

Result<crypto::RecoverableSignature> signature_in(const Json& document, const char* key) {
  constexpr std::size_t size = crypto::RecoverableSignature::size;
  TRY_ASSIGN(const Bytes bytes, hex_in(document, key, size));
  if (bytes.size() != size) {
    return bad_body(fmt::format("{} is text: {} hexadecimal digits, V, R and S", key, 2 * size));
  }
  return crypto::RecoverableSignature::from(bytes);
}

Result<ChunkVersion> version_in(const Json& document, const char* key) {
  const auto at = document.find(key);
  if (at != document.end() && at->is_string()) {
    return parse_version(at->get_ref<const std::string&>());
  }
  TRY_ASSIGN(const std::uint64_t number, number_in(document, key, UINT64_MAX));
  return ChunkVersion{number};
}

Result<> only_keys(const Json& document, std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : document.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      return bad_body("'" + key.substr(0, 32) + "' is not known here");
    }
  }
  return done();
}

Result<Call> own_write(Place place, ChunkSlot slot, std::string_view body) {
  TRY_ASSIGN(const Json document, parse_object(body));
  TRY(only_keys(document, {"version", "chunk", "signature"}));
  WriteSlot out{std::move(place), Style::own, slot, {}, {}, {}};
  TRY_ASSIGN(out.version, version_in(document, "version"));
  TRY_ASSIGN(Bytes content, hex_in(document, "chunk", consensus::max_chunk_bytes));
  out.content = SharedBytes{std::move(content)};
  TRY_ASSIGN(out.signature, signature_in(document, "signature"));
  return Call{std::move(out)};
}

Result<Call> legacy_write(Place place, std::string_view body) {
  TRY_ASSIGN(const Json document, parse_object(body));
  WriteSlot out{std::move(place), Style::legacy, {}, {}, {}, {}};
  TRY_ASSIGN(const std::uint64_t slot, number_in(document, "slot_id", UINT32_MAX));
  TRY_ASSIGN(const std::uint64_t version, number_in(document, "slot_version", UINT32_MAX));
  out.slot = ChunkSlot{static_cast<std::uint32_t>(slot)};
  out.version = ChunkVersion{version};
  TRY_ASSIGN(Bytes content, hex_in(document, "data", consensus::max_chunk_bytes));
  out.content = SharedBytes{std::move(content)};
  TRY_ASSIGN(out.signature, signature_in(document, "sig"));
  return Call{std::move(out)};
}

/// One request on its way through the routes.
struct Request {
  Method method{};
  Segments path;
  std::string_view query;
  std::string_view body;

  [[nodiscard]] bool reads() const { return method == Method::get || method == Method::head; }
  [[nodiscard]] Result<> must_read() const {
    if (!reads()) return Error{Errc::http_method_not_allowed, "GET or HEAD"};
    return done();
  }
  [[nodiscard]] Result<> must_post() const {
    if (method != Method::post) return Error{Errc::http_method_not_allowed, "POST"};
    return done();
  }
};

template <class Plain>
Result<Call> plain(const Request& request) {
  TRY(request.must_read());
  TRY(parse_query(request.query, ""));
  return Call{Plain{}};
}

/// /v1/stackerdbs/CONTRACT/slots/SLOT
Result<Call> own_slot(const Request& request, std::string contract) {
  TRY_ASSIGN(const ChunkSlot slot, slot_of(request.path[4]));
  TRY_ASSIGN(const Query query, parse_query(request.query, "generation"));
  Place place{std::move(contract), query.generation};
  if (request.method == Method::post) return own_write(std::move(place), slot, request.body);
  if (!request.reads()) return Error{Errc::http_method_not_allowed, "GET, HEAD or POST"};
  return Call{ReadSlot{std::move(place), Style::own, slot, std::nullopt}};
}

Result<Call> own_route(const Request& request) {
  const Segments& path = request.path;
  if (path.size() == 2) return plain<ListArrays>(request);
  TRY_ASSIGN(std::string contract, contract_name(path[2]));
  if (path.size() == 5 && path[3] == "slots") return own_slot(request, std::move(contract));
  const bool is_listing = path.size() == 4 && (path[3] == "peers" || path[3] == "evidence");
  if (path.size() != 3 && !is_listing) return Errc::http_no_such_route;
  TRY(request.must_read());
  TRY_ASSIGN(const Query query,
             parse_query(request.query, is_listing ? "generation slot" : "generation"));
  Place place{std::move(contract), query.generation};
  if (!is_listing) return Call{ListSlots{std::move(place), Style::own}};
  std::optional<ChunkSlot> slot;
  if (query.slot) slot = ChunkSlot{*query.slot};
  if (path[3] == "peers") return Call{ListHoldings{std::move(place), slot}};
  return Call{ListEvidence{std::move(place), slot}};
}

/// /v2/stackerdb/ADDRESS/NAME[/…], as deployed nodes have it: always the current generation.
Result<Call> legacy_route(const Request& request) {
  const Segments& path = request.path;
  if (path.size() < 4 || path.size() > 6) return Errc::http_no_such_route;
  const std::string contract_text = std::string(path[2]) + "." + std::string(path[3]);
  TRY_ASSIGN(std::string contract, contract_name(contract_text));
  TRY(parse_query(request.query, ""));
  Place place{std::move(contract), std::nullopt};
  if (path.size() == 5 && path[4] == "chunks") {
    TRY(request.must_post());
    return legacy_write(std::move(place), request.body);
  }
  TRY(request.must_read());
  if (path.size() == 4) return Call{ListSlots{std::move(place), Style::legacy}};
  if (path.size() == 5 && path[4] == "replicas") return Call{ListReplicas{std::move(place)}};
  TRY_ASSIGN(const ChunkSlot slot, slot_of(path[4]));
  ReadSlot out{std::move(place), Style::legacy, slot, std::nullopt};
  if (path.size() == 6) {
    const auto version = whole_number<std::uint32_t>(path[5]);
    if (!version) return bad_path("'" + std::string(path[5]) + "' is no version");
    out.version = ChunkVersion{*version};
  }
  return Call{std::move(out)};
}

Result<Call> watch(const Request& request) {
  TRY(request.must_read());
  TRY_ASSIGN(Query query, parse_query(request.query, "contract"));
  return Call{Watch{std::move(query.contract)}};
}

}  // namespace

std::size_t body_limit(Method method, std::string_view target) {
  const bool is_write = method == Method::post && (target.rfind("/v1/stackerdbs/", 0) == 0 ||
                                                   target.rfind("/v2/stackerdb/", 0) == 0);
  return is_write ? max_body_bytes : 0;
}

Result<Call> parse_call(Method method, std::string_view target, std::string_view body) {
  if (target.size() > max_target_bytes) return bad_path("the path is too long");
  if (method == Method::options) return Call{Preflight{}};
  const std::size_t mark = target.find('?');
  Request request{method, {}, {}, body};
  if (mark != std::string_view::npos) request.query = target.substr(mark + 1);
  TRY_ASSIGN(request.path, split_path(target.substr(0, mark)));
  const Segments& path = request.path;
  if (path.size() == 1 && path[0] == "health") return plain<Health>(request);
  if (path.size() == 1 && path[0] == "ready") return plain<Ready>(request);
  if (path.size() == 1 && path[0] == "metrics") return plain<Metrics>(request);
  if (path.size() < 2) return Errc::http_no_such_route;
  if (path[0] == "v1" && path[1] == "events" && path.size() == 2) return watch(request);
  if (path[0] == "v1" && path[1] == "stackerdbs") return own_route(request);
  if (path[0] == "v2" && path[1] == "stackerdb") return legacy_route(request);
  return Errc::http_no_such_route;
}

Result<ChunkVersion> parse_version(std::string_view text) {
  const Error wrong =
      bad_body("version is a whole number, or text: \"0x00\" and 16 hexadecimal digits");
  if (text.rfind("0x", 0) == 0) text.remove_prefix(2);
  const bool is_short = text.size() == 18 && text.rfind("00", 0) == 0;
  const bool is_clarity = text.size() == 34 && text.rfind("010000000000000000", 0) == 0;
  if (!is_short && !is_clarity) return wrong;
  const auto bytes = from_hex(text.substr(text.size() - 16));
  if (!bytes.ok()) return wrong;
  return ChunkVersion{get_be<std::uint64_t>(bytes->data())};
}

std::string version_text(ChunkVersion version) { return fmt::format("0x00{:016x}", version.value); }

}  // namespace quorate::http
