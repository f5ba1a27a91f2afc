/* A disk that can lose its power. Loaded before libc (LD_PRELOAD) it keeps, in memory that outlives
 * the process, what was written below one folder and has not been synced: what was there before and
 * what came. `disk.py` plays the cut: it takes writes back, all, some, or parts of one. The real
 * syncs are left out, which makes a simulated month possible. -shm is not watched: a power cut
 * removes it whole.
 *
 * At the armed byte the process ends inside of its write; while `full` is set no file grows. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WRITE = 1, TRUNCATE, CREATE, RENAME, UNLINK };
enum { NAME = 256, FILES = 1024 };
enum { MAPPED = 256 * 1024 * 1024 };

struct journal { /* layout known to disk.py */
    uint64_t room, used, written, cut_at, full, links;
    unsigned char entries[];
};
struct entry { /* followed by `before` bytes of old content and `after` bytes of new */
    uint64_t size, kind, offset, length_before, before, after, link;
    char path[NAME], other[NAME];
};

static struct journal *journal;
static char folder[NAME];
static char names[FILES][NAME]; /* of open files, by descriptor; "" when not watched */
static unsigned char *maps[FILES]; /* what they hold, once somebody writes to them; or MAP_FAILED */

#define REAL(name, ...)                                                             \
    ({                                                                              \
        static name##_t real_##name;                                                \
        if (!real_##name) real_##name = (name##_t)dlsym(RTLD_NEXT, #name);          \
        real_##name(__VA_ARGS__);                                                   \
    })
typedef int (*open_t)(const char *, int, mode_t);
typedef int (*close_t)(int);
typedef ssize_t (*write_t)(int, const void *, size_t);
typedef ssize_t (*pwrite_t)(int, const void *, size_t, off_t);
typedef int (*ftruncate_t)(int, off_t);
typedef int (*fsync_t)(int);
typedef int (*rename_t)(const char *, const char *);
typedef int (*unlink_t)(const char *);

void disk_watch(const char *path, void *memory) {
    journal = memory;
    snprintf(folder, NAME, "%s", path);
}

static void broken(const char *what) { /* a mistake of the soak itself, never silent */
    dprintf(2, "disk.c: %s: %s\n", what, strerror(errno));
    _exit(87);
}

static int watched(const char *path) {
    size_t length = strlen(folder), all = strlen(path);
    return journal && length && !strncmp(path, folder, length) && path[length] == '/' &&
           !(all > 4 && !strcmp(path + all - 4, "-shm"));
}

static const char *name_of(int fd) {
    return journal && fd >= 0 && fd < FILES && names[fd][0] ? names[fd] : NULL;
}

static struct entry *enter(uint64_t kind, const char *path, uint64_t before, uint64_t after) {
    uint64_t size = (sizeof(struct entry) + before + after + 7) & ~7UL;
    if (journal->used + size > journal->room) broken(path);
    struct entry *e = (void *)(journal->entries + journal->used);
    memset(e, 0, sizeof *e);
    e->size = size, e->kind = kind, e->before = before, e->after = after;
    snprintf(e->path, NAME, "%s", path);
    journal->used += size;
    return e;
}

/* What is synced needs no undoing, and leaves. */
static void settle(const char *path, int directory) {
    uint64_t kept = 0, size;
    for (uint64_t at = 0; at < journal->used; at += size) {
        struct entry *e = (void *)(journal->entries + at);
        int names_change = e->kind == RENAME || e->kind == UNLINK;
        size = e->size;
        if (directory ? names_change || e->kind == CREATE : !names_change && !strcmp(e->path, path))
            continue;
        if (kept != at) memmove(journal->entries + kept, e, size);
        kept += size;
    }
    journal->used = kept;
}

static void let_go(int fd) {
    if (fd < 0 || fd >= FILES) return;
    names[fd][0] = 0;
    if (maps[fd] && maps[fd] != MAP_FAILED) munmap(maps[fd], MAPPED);
    maps[fd] = NULL;
}

static int opened(int fd, const char *path, int fresh) {
    let_go(fd);
    if (fd >= 0 && fd < FILES) {
        if (watched(path)) snprintf(names[fd], NAME, "%s", path);
        if (fresh && name_of(fd)) enter(CREATE, path, 0, 0);
    }
    return fd;
}

#define OPEN(name, first, call, path)                                               \
    int name first {                                                                \
        mode_t mode = 0;                                                            \
        if (flags & (O_CREAT | O_TMPFILE)) {                                        \
            va_list list;                                                           \
            va_start(list, flags);                                                  \
            mode = va_arg(list, mode_t);                                            \
            va_end(list);                                                           \
        }                                                                           \
        static int (*real) first;                                                   \
        if (!real) real = dlsym(RTLD_NEXT, #name);                                  \
        int fresh = (flags & O_CREAT) && watched(path) && access(path, F_OK);       \
        return opened(real call, path, fresh);                               \
    }
OPEN(open, (const char *path, int flags, ...), (path, flags, mode), path)
OPEN(open64, (const char *path, int flags, ...), (path, flags, mode), path)
OPEN(openat, (int at, const char *path, int flags, ...), (at, path, flags, mode), path)
OPEN(openat64, (int at, const char *path, int flags, ...), (at, path, flags, mode), path)

int close(int fd) {
    let_go(fd);
    return REAL(close, fd);
}

/* The content of a watched file in memory, which takes the place of two calls of the system for
 * every write; NULL where the descriptor does not allow it, or the file is too long. Nobody touches
 * what lies beyond the end of the file. */
static unsigned char *content_of(int fd, off_t end) {
    if (!maps[fd]) maps[fd] = mmap(NULL, MAPPED, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return maps[fd] != MAP_FAILED && end <= MAPPED ? maps[fd] : NULL;
}

/* A full disk has SQLite write the same pages again and again, and sync none of them: one that is as
 * it was needs no second entry. */
static int known(const char *path, uint64_t offset, const void *bytes, uint64_t count) {
    struct entry *last = NULL;
    if (journal->used < journal->room / 8) return 0;
    for (uint64_t at = 0; at < journal->used;) {
        struct entry *e = (void *)(journal->entries + at);
        if (e->kind == WRITE && e->offset == offset && !strcmp(e->path, path)) last = e;
        if (e->kind != WRITE && !strcmp(e->path, path)) last = NULL;
        at += e->size;
    }
    return last && last->after == count &&
           !memcmp((unsigned char *)(last + 1) + last->before, bytes, count);
}

static int read_old(int fd, void *content, uint64_t count, off_t offset) {
    unsigned char *there = content_of(fd, offset + count);
    if (there) {
        memcpy(content, there + offset, count);
        return 1;
    }
    if (pread(fd, content, count, offset) == (ssize_t)count) return 1;
    static int (*real)(const char *, int, ...); /* the descriptor is for writing only */
    if (!real) real = dlsym(RTLD_NEXT, "open64");
    int reading = real(name_of(fd), O_RDONLY | O_CLOEXEC);
    int whole = reading >= 0 && pread(reading, content, count, offset) == (ssize_t)count;
    if (reading >= 0) REAL(close, reading);
    return whole;
}

static ssize_t write_new(int fd, const void *bytes, size_t count, off_t offset, off_t length) {
    unsigned char *there = offset + (off_t)count <= length ? content_of(fd, length) : NULL;
    if (!there) return REAL(pwrite, fd, bytes, count, offset);
    memcpy(there + offset, bytes, count);
    return count;
}

static ssize_t put(int fd, const void *bytes, size_t count, off_t offset) {
    struct stat now;
    if (fstat(fd, &now)) return -1;
    if (journal->full && offset + (off_t)count > now.st_size) {
        errno = ENOSPC;
        return -1;
    }
    uint64_t taken = count;
    int cut = journal->cut_at && journal->written + count >= journal->cut_at;
    if (cut) taken = journal->cut_at - journal->written;
    if (!cut && known(name_of(fd), offset, bytes, count))
        return write_new(fd, bytes, count, offset, now.st_size);
    uint64_t before = offset < now.st_size ? now.st_size - offset : 0;
    if (before > taken) before = taken;
    struct entry *e = enter(WRITE, name_of(fd), before, taken);
    unsigned char *content = (void *)(e + 1);
    e->offset = offset, e->length_before = now.st_size;
    if (before && !read_old(fd, content, before, offset)) broken(name_of(fd));
    memcpy(content + before, bytes, taken);
    journal->written += taken;
    ssize_t done = write_new(fd, bytes, taken, offset, now.st_size);
    if (cut) _exit(86);
    return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
    return name_of(fd) ? put(fd, bytes, count, offset) : REAL(pwrite, fd, bytes, count, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
    return pwrite(fd, bytes, count, offset);
}

ssize_t write(int fd, const void *bytes, size_t count) {
    if (!name_of(fd)) return REAL(write, fd, bytes, count);
    off_t offset = lseek(fd, 0, SEEK_CUR);
    if (fcntl(fd, F_GETFL) & O_APPEND) offset = lseek(fd, 0, SEEK_END);
    ssize_t done = put(fd, bytes, count, offset);
    if (done > 0) lseek(fd, offset + done, SEEK_SET);
    return done;
}

int ftruncate(int fd, off_t length) {
    struct stat now;
    if (name_of(fd) && !fstat(fd, &now)) {
        if (journal->full && length > now.st_size) {
            errno = ENOSPC;
            return -1;
        }
        uint64_t before = length < now.st_size ? now.st_size - length : 0;
        struct entry *e = enter(TRUNCATE, name_of(fd), before, 0);
        e->offset = length, e->length_before = now.st_size;
        if (before && !read_old(fd, e + 1, before, length)) broken(name_of(fd));
    }
    return REAL(ftruncate, fd, length);
}

int ftruncate64(int fd, off64_t length) { return ftruncate(fd, length); }

int fsync(int fd) {
    struct stat now;
    if (!journal || fstat(fd, &now) || !(S_ISDIR(now.st_mode) || name_of(fd)))
        return REAL(fsync, fd);
    settle(name_of(fd) ? name_of(fd) : "", S_ISDIR(now.st_mode));
    return 0;
}

int fdatasync(int fd) { return fsync(fd); }

/* A name that goes away stays reachable as a link beside the folder until it is synced. */
static uint64_t keep(const char *path) {
    char link_name[2 * NAME];
    if (access(path, F_OK)) return 0;
    snprintf(link_name, sizeof link_name, "%s.links/%lu", folder, ++journal->links);
    if (link(path, link_name)) broken(path);
    return journal->links;
}

int rename(const char *from, const char *to) {
    if (watched(from) && watched(to)) {
        uint64_t link_number = keep(to);
        struct entry *e = enter(RENAME, from, 0, 0);
        snprintf(e->other, NAME, "%s", to);
        e->link = link_number;
    }
    return REAL(rename, from, to);
}

int unlink(const char *path) {
    if (watched(path) && !access(path, F_OK)) {
        uint64_t link_number = keep(path);
        enter(UNLINK, path, 0, 0)->link = link_number;
    }
    return REAL(unlink, path);
}
