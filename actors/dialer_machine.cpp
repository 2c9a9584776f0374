#include "actors/dialer_machine.hpp"

#include "actors/growing_timer.hpp"

namespace quorate::actors::dialer {

namespace {

constexpr std::uint8_t dial_timer = 0;

}  // namespace

bool is_misbehaviour(Errc reason) {
  switch (reason) {
    case Errc::transport_frame_too_big:
    case Errc::transport_frame_empty:
    case Errc::sealed_frame_invalid:
    case Errc::link_frame_malformed:
    case Errc::credit_exceeded:
    case Errc::credit_overflow:
    case Errc::peer_floods:
    case Errc::peer_message_unknown:
    case Errc::peer_misbehaves:
    case Errc::frame_too_big:
    // What a message's decoding refuses.
    case Errc::truncated:
    case Errc::trailing_bytes:
    case Errc::length_out_of_bounds:
    case Errc::bad_flag:
    case Errc::bad_enum:
    case Errc::spare_bits_set:
      return true;
    default:
      return false;
  }
}

DialerMachine::DialerMachine(Config config) : config_(std::move(config)) {
  for (const Target& target : config_.targets) {
    if (target.node != config_.self) courses_[target.node].target = target;
  }
}

Effects DialerMachine::step(Instant now, const Input& input) {
  Effects out;
  std::visit([&](const auto& one) { on(now, one, out); }, input);
  dial_due(now, out);
  return out;
}

void DialerMachine::on(Instant now, const Started&, Effects&) {
  for (auto& [node, course] : courses_) course.next = now;
}

void DialerMachine::on(Instant now, const DialFailed& input, Effects&) {
  const auto at = courses_.find(input.node);
  if (at == courses_.end() || at->second.state != Course::State::dialing) return;
  ASSERT(dials_ > 0);
  --dials_;
  fail(now, at->second);
}

bool DialerMachine::replaces(const Used& standing, const LinkUp& incoming) const {
  // A node that dials again has lost the connection it made before.
  if (standing.side == incoming.side) return true;
  // Both dialled: both keep the connection that the smaller id made.
  const bool own_dial = incoming.side == LinkSide::dialer;
  return own_dial == (config_.self < incoming.node);
}

bool DialerMachine::has_room_for(const NodeId& node) const {
  if (courses_.contains(node)) return true;
  std::size_t strangers = 0;
  for (const auto& [id, used] : used_) strangers += courses_.contains(used.node) ? 0 : 1;
  return strangers + courses_.size() < config_.max_connections;
}

void DialerMachine::on(Instant now, const LinkUp& input, Effects& out) {
  const auto course = courses_.find(input.node);
  const bool was_dialled = course != courses_.end() && input.side == LinkSide::dialer &&
                           course->second.state == Course::State::dialing;
  if (was_dialled) {
    ASSERT(dials_ > 0);
    --dials_;
    course->second.state = Course::State::connected;
  }
  const auto refuse = [&](Errc reason) {
    out.push_back(Refuse{input.connection, reason});
    if (was_dialled && !by_node_.contains(input.node)) fail(now, course->second);
  };
  if (is_paused(now, input.node)) return refuse(Errc::peer_backed_off);
  const auto standing = by_node_.find(input.node);
  if (standing != by_node_.end()) {
    if (!replaces(used_.at(standing->second), input)) return refuse(Errc::duplicate_connection);
    const ConnectionId old = standing->second;
    unuse(old, out);
    out.push_back(Refuse{old, Errc::duplicate_connection});
  } else if (!has_room_for(input.node)) {
    return refuse(Errc::too_many_connections);
  }
  use(now, input, out);
}

void DialerMachine::use(Instant now, const LinkUp& incoming, Effects& out) {
  used_[incoming.connection] = {incoming.node, incoming.side, now};
  by_node_[incoming.node] = incoming.connection;
  const auto course = courses_.find(incoming.node);
  if (course != courses_.end() && course->second.state == Course::State::waiting) {
    course->second.state = Course::State::connected;
  }
  out.push_back(Use{incoming.connection, incoming.node});
}

void DialerMachine::unuse(ConnectionId connection, Effects& out) {
  const auto at = used_.find(connection);
  ASSERT(at != used_.end());
  out.push_back(Unuse{connection, at->second.node});
  by_node_.erase(at->second.node);
  used_.erase(at);
}

void DialerMachine::on(Instant now, const LinkDown& input, Effects& out) {
  const auto at = used_.find(input.connection);
  if (at == used_.end()) return;  // It was refused.
  const Used was = at->second;
  unuse(input.connection, out);
  if (is_misbehaviour(input.reason)) pause(now, was.node);
  const auto course = courses_.find(was.node);
  if (course == courses_.end() || course->second.state == Course::State::dialing) return;
  if (now - was.since >= config_.settled) course->second.failures = 0;
  fail(now, course->second);
}

void DialerMachine::fail(Instant now, Course& course) {
  course.state = Course::State::waiting;
  if (by_node_.contains(course.target.node)) {
    course.state = Course::State::connected;
    return;
  }
  ++course.failures;
  course.next = now + wait(course);
  const auto until = paused_.find(course.target.node);
  if (until != paused_.end()) course.next = std::max(course.next, until->second);
}

Duration DialerMachine::wait(const Course& course) const {
  const Duration base =
      grown(config_.first_wait, config_.growth_percent, course.failures - 1, config_.wait_cap);
  Bytes text;
  Writer{text}.put(config_.seed).put(course.target.node).put(course.failures);
  const Hash256 drawn = crypto::tagged_h("quorate/dial-jitter", text);
  const std::int64_t most = base.us * config_.jitter_percent / 100;
  const auto extra = static_cast<std::int64_t>(get_be<std::uint64_t>(drawn.bytes.data()) %
                                               (static_cast<std::uint64_t>(most) + 1));
  return base + Duration{extra};
}

void DialerMachine::pause(Instant now, const NodeId& node) {
  std::erase_if(paused_, [&](const auto& row) { return row.second <= now; });
  if (paused_.size() >= config_.max_paused && !paused_.contains(node)) {
    const auto soonest =
        std::min_element(paused_.begin(), paused_.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    paused_.erase(soonest);
  }
  paused_[node] = now + config_.pause;
}

bool DialerMachine::is_paused(Instant now, const NodeId& node) const {
  const auto at = paused_.find(node);
  return at != paused_.end() && now < at->second;
}

void DialerMachine::on(Instant now, const DialTimer&, Effects&) {
  if (armed_ && *armed_ <= now) armed_.reset();
}

void DialerMachine::dial_due(Instant now, Effects& out) {
  std::optional<Instant> next;
  for (auto& [node, course] : courses_) {
    if (course.state != Course::State::waiting) continue;
    if (course.next <= now && dials_ < config_.max_dials) {
      course.state = Course::State::dialing;
      ++dials_;
      out.push_back(Dial{course.target});
    } else if (course.next > now && (!next || course.next < *next)) {
      next = course.next;
    }
  }
  if (!next || (armed_ && *armed_ <= *next)) return;
  armed_ = next;
  out.push_back(ArmTimer{{dial_timer}, *next});
}

}  // namespace quorate::actors::dialer
