// The one place where the rest of the project meets CAF's vocabulary: typed interfaces, sending,
// state, handlers, configuration. A later move to CAF 1.x changes this header and its few users
// (docs/ARCHITECTURE.md "CAF"); actor code calls nothing of CAF directly.
#pragma once

#include <chrono>
#include <functional>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "base/time.hpp"

namespace quorate::rt {

/// A role hears `Message` and answers nothing.
template <class Message>
using tell = caf::reacts_to<Message>;
/// A role answers `Message` with `Answer`.
template <class Answer, class Message>
using ask = typename caf::replies_to<Message>::template with<Answer>;
/// A typed interface: the list of what a role hears.
template <class... Clauses>
using Interface = caf::typed_actor<Clauses...>;

template <class Handle, class State>
using Self = typename Handle::template stateful_pointer<State>;

template <class Pointer>
auto& state(Pointer self) {
  return self->state;
}

/// From one actor to another.
template <class Pointer, class Handle, class Message>
void send(Pointer self, const Handle& to, Message&& message) {
  self->send(to, std::forward<Message>(message));
}
/// From outside of any actor.
template <class Handle, class Message>
void send_from_outside(const Handle& to, Message&& message) {
  caf::anon_send(to, std::forward<Message>(message));
}
/// To itself, not before `delay` has passed.
template <class Pointer, class Message>
void send_later(Pointer self, Duration delay, Message&& message) {
  self->delayed_send(self, std::chrono::microseconds(delay.us), std::forward<Message>(message));
}

/// A message that several actors read without copies. Handlers take `const Message&`.
using Shared = caf::message;
template <class Message>
Shared share(Message&& message) {
  return caf::make_message(std::forward<Message>(message));
}
template <class Pointer, class Handle>
void send_shared(Pointer self, const Handle& to, const Shared& message) {
  if (!to) return;
  auto* receiver = caf::actor_cast<caf::abstract_actor*>(to);
  receiver->enqueue(self->ctrl(), caf::make_message_id(), message, self->context());
}

/// Stops an actor at once: messages that wait in its mailbox are never handled.
template <class Handle>
void kill(const Handle& actor) {
  if (actor) caf::anon_send_exit(actor, caf::exit_reason::kill);
}

/// What every actor does with the unexpected: `on_fault` hears of exceptions and of messages that
/// belong to no interface; nothing is printed.
template <class Pointer>
void guard(Pointer self, std::function<void(const std::string&)> on_fault) {
  self->set_exception_handler([on_fault](caf::scheduled_actor*, std::exception_ptr& raised) {
    try {
      std::rethrow_exception(raised);
    } catch (const std::exception& e) {
      on_fault(e.what());
    } catch (...) {
      on_fault("an exception of unknown type");
    }
    return caf::make_error(caf::exit_reason::unhandled_exception);
  });
  self->set_default_handler(
      [on_fault](caf::scheduled_actor*, caf::message_view&) -> caf::result<caf::message> {
        on_fault("a message that belongs to no interface of this actor");
        return caf::sec::unexpected_message;
      });
  self->set_down_handler([](caf::scheduled_actor*, caf::down_msg&) {});
}

}  // namespace quorate::rt
