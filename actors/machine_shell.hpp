// What all shells share: one message becomes one step of the machine, and the effects are performed
// in their order. A shell decides nothing about the protocol.
#pragma once

#include "actors/effects.hpp"
#include "actors/node_wiring.hpp"

namespace quorate::actors {

/// State of an actor around a machine.
template <class Machine_>
struct MachineShell {
  using Machine = Machine_;
  Wiring node;
  messages::Role role{};
  std::optional<Machine> machine;

  [[nodiscard]] const NodePorts& ports() const { return node->ports; }
  [[nodiscard]] const NodeRoles& roles() const { return node->roles; }
};

/// Makes the machine and sets what every actor does with faults: a fault stops the node by name.
template <class Self, class Machine>
void set_up(Self self, const Wiring& node, messages::Role role, Machine machine) {
  auto& shell = rt::state(self);
  shell.node = node;
  shell.role = role;
  shell.machine.emplace(std::move(machine));
  // Not the wiring: an actor that keeps handles in its handlers keeps itself alive by them.
  rt::guard(self, [control = node->ports.control, role](const std::string& what) {
    control->stop(role, Error{Errc::actor_fault, what});
  });
}

/// How the effects that every machine may order are performed. Roles add theirs by deriving.
template <class Self>
class CommonEffects {
 public:
  explicit CommonEffects(Self self) : self_(self) {}

  void operator()(const Persist& order) const {
    const auto& ports = rt::state(self_).ports();
    const auto stored = ports.store->commit(order.writes);
    if (!stored.ok()) ports.control->stop(rt::state(self_).role, stored.error());
  }
  void operator()(const ArmTimer& order) const {
    const Instant now = rt::state(self_).ports().clock->now();
    rt::send_later(self_, std::max(order.at - now, Duration{0}), messages::TimerDue{order.timer});
  }
  void operator()(const Note& note) const {
    rt::state(self_).ports().observer->on_note(rt::state(self_).role, note.text);
  }

 protected:
  [[nodiscard]] const NodePorts& ports() const { return rt::state(self_).ports(); }
  [[nodiscard]] const NodeRoles& roles() const { return rt::state(self_).roles(); }
  /// To a role of this node, if the node has it.
  template <class Handle, class Message>
  void tell(const Handle& role, Message&& message) const {
    if (role) rt::send(self_, role, std::forward<Message>(message));
  }
  void send(messages::PeerId to, const messages::Frame& frame) const {
    ports().network->send(to, frame);
  }
  Self self_;
};

/// Some machines cannot refuse.
template <class Effects>
Result<Effects> as_result(Effects effects) {
  return effects;
}
template <class Effects>
Result<Effects> as_result(Result<Effects> effects) {
  return effects;
}

/// One step. @returns whether the machine took the input.
template <class Perform, class Self, class Input>
bool advance(Self self, const Input& input) {
  auto& shell = rt::state(self);
  const Wiring node = shell.node;  // Outlives the state if an effect ends the actor.
  if (node->ports.control->is_stopped()) return false;
  auto effects = as_result(shell.machine->step(node->ports.clock->now(), input));
  if (!effects.ok()) {
    node->ports.observer->on_refusal(shell.role, effects.error());
    return false;
  }
  Perform perform(self);
  for (auto& effect : *effects) {
    std::visit(perform, std::move(effect));
    if (node->ports.control->is_stopped()) return true;
  }
  return true;
}

/// All records of one table, in key order. Unreadable storage stops the node.
template <class Self>
std::vector<std::pair<Bytes, Bytes>> records_of(Self self, storage::Table table) {
  std::vector<std::pair<Bytes, Bytes>> out;
  const auto& shell = rt::state(self);
  const auto scanned = shell.ports().store->scan(table, [&](ByteView key, ByteView value) {
    out.emplace_back(to_bytes(key), to_bytes(value));
    return true;
  });
  if (!scanned.ok()) shell.ports().control->stop(shell.role, scanned.error());
  return out;
}

}  // namespace quorate::actors
