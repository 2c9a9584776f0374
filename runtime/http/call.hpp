// What an HTTP request means: its path, query and body become one typed call, or a named refusal.
// Pure: nothing here knows sockets or roles. Routes: docs/wire_formats.md "HTTP". Source: SIP
// "Stacker DBs" (read and write endpoints).
#pragma once

#include <string_view>

#include "messages/slot_messages.hpp"

namespace quorate::http {

enum class Method : std::uint8_t { get, head, post, options, other };

/// Limits of what one request may carry.
inline constexpr std::size_t max_target_bytes = 1'024;
inline constexpr std::size_t max_header_bytes = 8 * 1'024;
/// A chunk in hexadecimal, and the rest of its JSON.
inline constexpr std::size_t max_body_bytes = 2 * consensus::max_chunk_bytes + 4'096;
inline constexpr std::size_t max_json_depth = 8;

/// Whose manners a route has: this project's, or those of deployed nodes.
enum class Style : std::uint8_t { own, legacy };

struct Health {
  bool operator==(const Health&) const = default;
};
struct Ready {
  bool operator==(const Ready&) const = default;
};
struct Metrics {
  bool operator==(const Metrics&) const = default;
};
struct ListArrays {
  bool operator==(const ListArrays&) const = default;
};
/// Which array.
struct Place {
  std::string contract;
  messages::ArrayChoice generation;
  bool operator==(const Place&) const = default;
};
struct ListSlots {
  Place place;
  Style style{};
  bool operator==(const ListSlots&) const = default;
};
struct ReadSlot {
  Place place;
  Style style{};
  consensus::ChunkSlot slot;
  std::optional<ChunkVersion> version;  ///< Only this one will do.
  bool operator==(const ReadSlot&) const = default;
};
struct WriteSlot {
  Place place;
  Style style{};
  consensus::ChunkSlot slot;
  ChunkVersion version;
  SharedBytes content;
  crypto::RecoverableSignature signature;
  bool operator==(const WriteSlot&) const = default;
};
struct ListReplicas {
  Place place;
  bool operator==(const ListReplicas&) const = default;
};
struct ListHoldings {
  Place place;
  std::optional<consensus::ChunkSlot> slot;
  bool operator==(const ListHoldings&) const = default;
};
struct ListEvidence {
  Place place;
  std::optional<consensus::ChunkSlot> slot;
  bool operator==(const ListEvidence&) const = default;
};
struct Watch {
  std::optional<std::string> contract;  ///< Absent: all.
  bool operator==(const Watch&) const = default;
};
/// A browser asks what it may do (CORS).
struct Preflight {
  bool operator==(const Preflight&) const = default;
};
using Call = std::variant<Health, Ready, Metrics, ListArrays, ListSlots, ReadSlot, WriteSlot,
                          ListReplicas, ListHoldings, ListEvidence, Watch, Preflight>;

/// How many bytes of body a request to this target may have; 0 for all but writes.
[[nodiscard]] std::size_t body_limit(Method method, std::string_view target);

/// @returns http_bad_path, http_no_such_route, http_method_not_allowed, http_bad_query,
/// http_body_malformed; the detail says what and how to write it.
[[nodiscard]] Result<Call> parse_call(Method method, std::string_view target,
                                      std::string_view body);

/// A version as the specification writes it: "0x" may lead, 00 and 16 hexadecimal digits. Read as
/// well: a Clarity uint (01 and 32 digits). @returns http_body_malformed.
[[nodiscard]] Result<ChunkVersion> parse_version(std::string_view text);
/// "0x00" and 16 hexadecimal digits. Source: SIP "Stacker DBs" (the read endpoint's `version`).
[[nodiscard]] std::string version_text(ChunkVersion version);

}  // namespace quorate::http
