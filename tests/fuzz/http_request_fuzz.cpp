// A request's method, target and body become a call or a named refusal, never anything else, and
// every refusal has an answer.
//
// The first byte is the method, the second the length of the target; the rest is the body.
#include "runtime/http/response.hpp"

using namespace quorate;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 2) return 0;
  const auto method = static_cast<http::Method>(bytes[0] % 5);
  const std::string_view text{reinterpret_cast<const char*>(bytes) + 2, size - 2};
  const std::string_view target = text.substr(0, bytes[1]);
  const std::string_view body = text.substr(target.size());
  const auto call = http::parse_call(method, target, body);
  if (!call.ok()) {
    const auto answer = http::refusal(call.error());
    ASSERT(answer.status >= 400 && answer.status < 500);
    ASSERT(!answer.body.empty());
    return 0;
  }
  const auto question = http::question_of(*call);
  ASSERT(question.has_value() ==
         (http::place_of(*call) != nullptr && !std::holds_alternative<http::ListReplicas>(*call)));
  if (const auto* write = std::get_if<http::WriteSlot>(&*call)) {
    ASSERT(http::body_limit(method, target) > 0);
    ASSERT(write->content.size() <= consensus::max_chunk_bytes);
  }
  return 0;
}
