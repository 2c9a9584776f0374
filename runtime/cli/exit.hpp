// What the exit code of every command means.
#pragma once

namespace quorate::cli {

enum class Exit : int { held = 0, failed = 1, usage = 2, refused_input = 3 };

}  // namespace quorate::cli
