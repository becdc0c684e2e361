/* SPDX-License-Identifier: MIT */
/*
 * The one thread beside the daemon's loop. It knows nothing of the daemon: it takes open files
 * from one list, waits until they are durable, and puts a result into another. Both lists are
 * under one lock, which nobody holds while he waits for anything but the lock; the loop is woken
 * by an eventfd. The files of one job belong to it from the call on, so the loop may do with
 * its own what it likes meanwhile.
 *
 * The thread takes no signal: those are the loop's. It neither allocates nor logs, and it does not
 * outlive disk_free().
 */
#include "disk.h"

#include "files.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>

struct job {
        struct job *next;
        struct disk_result result;
        size_t count;
        int files[DISK_FILES_MAX];
};

/* In the order of their coming. */
struct queue {
        struct job *first, **end;
};

struct disk {
        pthread_t thread;
        int ready; /* eventfd: there are results */

        /* Under the lock. */
        pthread_mutex_t lock;
        pthread_cond_t work; /* something to do, or the end */
        struct queue asked, done;
        bool ending;
};

static void queue_push(struct queue *queue, struct job *job)
{
        job->next = NULL;
        *queue->end = job;
        queue->end = &job->next;
}

/* NULL: it is empty. */
static struct job *queue_pop(struct queue *queue)
{
        struct job *job = queue->first;

        if (!job)
                return NULL;
        queue->first = job->next;
        if (!queue->first)
                queue->end = &queue->first;
        return job;
}

/* ------------------------------------------------------------------ the thread */

/* NULL: the end has come and nothing is left to do. */
static struct job *await_job(struct disk *disk)
{
        struct job *job;

        pthread_mutex_lock(&disk->lock);
        while (!(job = queue_pop(&disk->asked)) && !disk->ending)
                pthread_cond_wait(&disk->work, &disk->lock);
        pthread_mutex_unlock(&disk->lock);
        return job;
}

static void *work(void *userdata)
{
        struct disk *disk = userdata;
        struct job *job;

        while ((job = await_job(disk))) {
                job->result.error = files_sync(job->files, job->count);
                pthread_mutex_lock(&disk->lock);
                queue_push(&disk->done, job);
                pthread_mutex_unlock(&disk->lock);
                eventfd_write(disk->ready, 1); /* fails only when it is readable anyway */
        }
        return NULL;
}

/* -------------------------------------------------------------------- the loop */

static int start_thread(struct disk *disk)
{
        sigset_t all, before;
        int r;

        sigfillset(&all);
        r = pthread_sigmask(SIG_SETMASK, &all, &before);
        if (r == 0) {
                r = pthread_create(&disk->thread, NULL, work, disk);
                pthread_sigmask(SIG_SETMASK, &before, NULL);
        }
        return -r;
}

int disk_new(struct disk **ret)
{
        _cleanup_free_ struct disk *disk = calloc(1, sizeof(*disk));
        int r;

        if (!disk)
                return -ENOMEM;
        disk->asked.end = &disk->asked.first;
        disk->done.end = &disk->done.first;
        disk->ready = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (disk->ready < 0)
                return -errno;
        pthread_mutex_init(&disk->lock, NULL);
        pthread_cond_init(&disk->work, NULL);
        r = start_thread(disk);
        if (r < 0) {
                close(disk->ready);
                return r;
        }
        *ret = STEAL(disk);
        return 0;
}

struct disk *disk_free(struct disk *disk)
{
        struct job *job;

        if (!disk)
                return NULL;
        pthread_mutex_lock(&disk->lock);
        disk->ending = true;
        pthread_cond_signal(&disk->work);
        pthread_mutex_unlock(&disk->lock);
        pthread_join(disk->thread, NULL);
        while ((job = queue_pop(&disk->done)))
                free(job);
        pthread_cond_destroy(&disk->work);
        pthread_mutex_destroy(&disk->lock);
        close(disk->ready);
        free(disk);
        return NULL;
}

static void close_all(const int *files, size_t count)
{
        for (size_t i = 0; i < count; i++)
                close(files[i]);
}

int disk_sync(struct disk *disk, size_t who, uint64_t number, const int *files, size_t count)
{
        struct job *job = calloc(1, sizeof(*job));

        assert(count <= DISK_FILES_MAX);
        if (!job) {
                close_all(files, count);
                return -ENOMEM;
        }
        job->result = (struct disk_result){.who = who, .number = number};
        job->count = count;
        memcpy(job->files, files, count * sizeof(*files));
        pthread_mutex_lock(&disk->lock);
        queue_push(&disk->asked, job);
        pthread_cond_signal(&disk->work);
        pthread_mutex_unlock(&disk->lock);
        return 0;
}

int disk_fd(const struct disk *disk)
{
        return disk->ready;
}

int disk_take(struct disk *disk, struct disk_result *ret)
{
        struct job *job;
        eventfd_t count;

        eventfd_read(disk->ready, &count); /* before the list: what comes later wakes us again */
        pthread_mutex_lock(&disk->lock);
        job = queue_pop(&disk->done);
        pthread_mutex_unlock(&disk->lock);
        if (!job)
                return 0;
        *ret = job->result;
        free(job);
        return 1;
}
