// What a thread is called, and how it asks the kernel for its turns. Wishes: where the kernel does
// not know or allow them, nothing changes but the waiting. Thread class: any-thread (about the
// calling thread).
#pragma once

namespace concord::index {

/// What `top -H` shows: at most 15 characters.
void name_thread(const char* name);

/// For threads that answer: short turns, in exchange for having one as soon as there is work
/// (Linux 6.12 and later: a waking thread with a shorter slice is put before one with a longer).
void answer_soon();

/// For work that comes after questions: a smaller share beside others, by `nice` (1 to 19).
void give_way(int nice);

/// For work that nobody waits for: only when nobody else wants to run, and put aside at once when
/// somebody does, while a merely nice thread ends its slice of some milliseconds first.
void run_when_idle();

}  // namespace concord::index
