#include "runtime/http/node_api.hpp"

#include <nlohmann/json.hpp>

namespace quorate::http {

namespace {

using Json = nlohmann::ordered_json;

Response ready_response(const NodePicture& picture) {
  const std::vector<std::string> reasons = not_ready(picture);
  Response out;
  out.status = reasons.empty() ? 200 : 503;
  out.body = Json{{"ready", reasons.empty()}, {"reasons", reasons}}.dump() + "\n";
  return out;
}

Response preflight() {
  Response out;
  out.status = 204;
  out.type.clear();
  out.headers = {{"Access-Control-Allow-Methods", "GET, HEAD, POST, OPTIONS"},
                 {"Access-Control-Allow-Headers", "Content-Type"},
                 {"Access-Control-Max-Age", "600"},
                 {"Allow", "GET, HEAD, POST, OPTIONS"}};
  return out;
}

Response arrays(const NodePicture& picture) {
  std::vector<messages::ArrayLine> all;
  for (const ReplicaPicture& replica : picture.replicas) {
    if (replica.look) {
      all.insert(all.end(), replica.look->arrays.begin(), replica.look->arrays.end());
    }
  }
  Response out;
  out.body = arrays_json(all);
  return out;
}

}  // namespace

Response NodeApi::answer_now(const Call& call) const {
  Response out;
  if (std::holds_alternative<Health>(call)) {
    out.body = "{\"alive\":true}\n";
    return out;
  }
  if (std::holds_alternative<Preflight>(call)) return preflight();
  if (const auto* replicas = std::get_if<ListReplicas>(&call)) {
    const auto hosts = views_.hosts(replicas->place.contract);
    if (hosts.empty()) return refusal(Errc::no_such_db);
    out.body = replicas_json(hosts);
    return out;
  }
  const NodePicture picture = views_.picture();
  if (std::holds_alternative<Ready>(call)) return ready_response(picture);
  if (std::holds_alternative<ListArrays>(call)) return arrays(picture);
  ASSERT(std::holds_alternative<Metrics>(call));
  out.type = "text/plain; version=0.0.4; charset=utf-8";
  out.body = metrics_text(picture);
  return out;
}

void NodeApi::answer(Call call, std::function<void(Response)> done) {
  auto question = question_of(call);
  if (!question) return done(answer_now(call));
  const std::string contract = place_of(call)->contract;
  desk_.ask(clock_.now(), contract, std::move(*question),
            [call = std::move(call), done = std::move(done)](Result<SlotDesk::Reply> reply) {
              done(reply.ok() ? render(call, **reply) : refusal(reply.error()));
            });
}

}  // namespace quorate::http
