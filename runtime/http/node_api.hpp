// What a node answers over HTTP: calls go to the node's replicas through its slot desk; health,
// readiness and metrics come from the last looks at them.
#pragma once

#include "actors/clock.hpp"
#include "runtime/http/server.hpp"
#include "runtime/http/slot_desk.hpp"

namespace quorate::http {

class NodeApi final : public Api {
 public:
  /// What this node shows of itself beside its replicas. Called on the server's thread.
  struct Views {
    std::function<NodePicture()> picture;
    std::function<std::vector<ReplicaHost>(const std::string& contract)> hosts;
  };
  /// @param desk and `clock` outlive this.
  NodeApi(SlotDesk& desk, const actors::Clock& clock, Views views)
      : desk_(desk), clock_(clock), views_(std::move(views)) {}

  void answer(Call call, std::function<void(Response)> done) override;

 private:
  [[nodiscard]] Response answer_now(const Call& call) const;

  SlotDesk& desk_;
  const actors::Clock& clock_;
  Views views_;
};

}  // namespace quorate::http
