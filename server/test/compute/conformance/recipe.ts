/** The manual's recipe, word by word but for the number of processes. */
export const recipe = (processes: number, program = 'hostname'): string =>
  `mkdir -p /etc/mpi && echo "localhost slots=1" > /etc/mpi/hostfile && cat /etc/volcano/worker.host | sed "s/$/& slots=1/g" >> /etc/mpi/hostfile && mpirun --hostfile /etc/mpi/hostfile --allow-run-as-root -mca btl ^openib -np ${processes} ${program}`;
