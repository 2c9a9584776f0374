// What a call is answered with: status and body. Pure. Schemas and codes: docs/wire_formats.md
// "HTTP".
#pragma once

#include "messages/slot_messages.hpp"
#include "runtime/http/call.hpp"

namespace quorate::http {

struct Response {
  unsigned status{200};
  std::string type{"application/json"};
  std::string body;
  /// Instead of `body`: a chunk's content as its replica holds it, not copied.
  std::optional<SharedBytes> content;
  std::vector<std::pair<std::string, std::string>> headers;

  [[nodiscard]] std::string_view text() const {
    if (!content) return body;
    const Bytes& bytes = content->get();
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
};

/// A refusal as JSON: {"error": name, "message", "detail"}.
[[nodiscard]] Response refusal(const Error& error);
[[nodiscard]] unsigned status_of(Errc code);

/// What is asked of the replica for this call; nothing for calls that no replica answers.
[[nodiscard]] std::optional<messages::SlotRequest> question_of(const Call& call);
[[nodiscard]] const Place* place_of(const Call& call);

/// The replica's reply in the manners of the call's route.
[[nodiscard]] Response render(const Call& call, const messages::SlotReply& reply);

/// One event of a stream: the chunk that a slot holds now, without its content.
[[nodiscard]] std::string event_text(std::uint64_t number, const consensus::Chunk& chunk);

/// An array as it is listed.
[[nodiscard]] std::string arrays_json(const std::vector<messages::ArrayLine>& arrays);

/// One other node that hosts a DB, in the list that deployed nodes give.
struct ReplicaHost {
  std::string ip;
  std::uint16_t port{};
  Hash160 public_key_hash;
};
[[nodiscard]] std::string replicas_json(const std::vector<ReplicaHost>& hosts);

}  // namespace quorate::http
